/**
 * Three dispatchers on one Redis with real media nodes, and a crowd that asks for places all the while they are
 * killed, and Redis is killed, emptied, stopped and started.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NO_WORKER, until } from '../media-node/support.ts';
import { Client } from '../media-node/client.ts';
import { NO_REDIS, startRedis } from '../store/redis/server.ts';
import { Crowd } from './crowd.ts';
import { nodeSpec, Site, type ReplicaProcess } from './processes.ts';

const ALLOCATIONS = 100_000;
const ROOMS = 5000;
/** Allocations of a room, in the mean. */
const EACH = ALLOCATIONS / ROOMS;
const CLIENTS = 200;
/** Rooms, the first ones, that somebody is in from the start. */
const LIVE = 24;

describe('three dispatchers on one Redis', { skip: NO_WORKER || NO_REDIS }, () => {
  test('lose no claim and move no live room, whatever dies', async (t) => {
    let redis = await startRedis();
    t.after(() => redis.remove());
    const { port } = redis;
    const nodes = [nodeSpec('sfu-1', '40000-40001'), nodeSpec('sfu-2', '40002-40003')];
    const site = new Site(t, nodes);
    const store = ['--store', `redis://127.0.0.1:${port}`];
    const dispatchers: ReplicaProcess[] = [];
    for (let i = 0; i < 3; i++) dispatchers.push(await site.replica(0, ...store));
    const ports = dispatchers.map((dispatcher) => dispatcher.port);
    const urls = ports.map((each) => `http://127.0.0.1:${each}`);
    for (const { id } of nodes) site.node(id, urls);
    for (const url of urls) await until('all nodes are up', () => allUp(url));

    const crowd = new Crowd({
      ports,
      clients: CLIENTS,
      allocations: ALLOCATIONS,
      // Every so many allocations a room is new; the others are of rooms that came before, all over the place.
      roomOf: (n) => `room-${n % EACH === 0 ? n / EACH : Math.floor(((n * 0.618_034) % 1) * (n / EACH))}`,
    });
    const lives = await joinRooms(t, urls[0]!, nodes);

    /** kill -9 of one of them, and a new process in its place. */
    const replace = async (i: number) => {
      await site.kill(dispatchers[i]!.child);
      dispatchers[i] = await site.replica(ports[i]!, ...store);
    };
    const restart = async () => {
      await redis.kill();
      redis = await startRedis({ port, folder: redis.folder });
    };
    const upsets: [string, () => Promise<void>][] = [
      ['a dispatcher is killed', () => replace(0)],
      ['Redis is killed, and comes back empty', restart],
      ['another dispatcher is killed', () => replace(1)],
      ['Redis is emptied', () => Promise.resolve(void redis.cli('FLUSHALL'))],
      [
        'Redis hangs for two seconds',
        async () => {
          redis.child.kill('SIGSTOP');
          await sleep(2000);
          redis.child.kill('SIGCONT');
        },
      ],
      ['the third dispatcher is killed', () => replace(2)],
      ['Redis is killed once more', restart],
    ];
    const run = crowd.run();
    for (const [i, [what, upset]] of upsets.entries()) {
      await Promise.race([run, crowd.until((i + 1) / (upsets.length + 1))]);
      t.diagnostic(`${crowd.done} of ${ALLOCATIONS} answered: ${what}`);
      await upset();
      await until('Redis is used again', async () => (await Promise.all(urls.map(isWell))).every(Boolean));
    }
    await run;

    const lists = await Promise.all(urls.map(claimsOf));
    const [claims] = lists as [Map<string, string>];
    for (const list of lists) assert.deepEqual(list, claims, 'the three do not agree');
    const lost = [...crowd.nodes.keys()].filter((room) => !claims.has(room));
    assert.deepEqual(lost, [], 'rooms that were answered, and are not claimed any more');
    for (const [room, node] of lives)
      assert.deepEqual([...(crowd.nodes.get(room) ?? [])], [node], `${room} is live on ${node}`);
    for (const [room, answered] of crowd.nodes)
      assert.ok(answered.has(claims.get(room)!), `${room} is claimed where nobody was sent`);
    const twice = [...crowd.nodes.values()].filter(({ size }) => size > 1).length;
    t.diagnostic(
      `${crowd.nodes.size} rooms, ${ALLOCATIONS} allocations: ` +
        `${((100 * crowd.atFirst) / ALLOCATIONS).toFixed(3)} % answered by the first dispatcher asked, the rest by ` +
        `another; ${crowd.degraded} without Redis; ${twice} empty rooms were answered with two nodes in turn`,
    );
  });
});

async function allUp(url: string): Promise<boolean> {
  const { nodes } = await get<{ nodes: { state: string; live: { connected: boolean } | null }[] }>(
    `${url}/v1/health`,
  );
  return nodes.every(({ state, live }) => state === 'up' && live?.connected === true);
}

/** Whether it answers, and by its store. */
async function isWell(url: string): Promise<boolean> {
  const { status } = await get<{ status: string }>(`${url}/readyz`);
  return status === 'ready';
}

/** Claims the first rooms, and enters them where they are. */
async function joinRooms(
  t: Parameters<typeof Client.connect>[0],
  url: string,
  nodes: readonly { readonly id: string; readonly address: string }[],
): Promise<Map<string, string>> {
  const lives = new Map<string, string>();
  for (let i = 0; i < LIVE; i++) {
    const room = `room-${i}`;
    const answer = await fetch(`${url}/v1/rooms/${room}`, { method: 'PUT' });
    const { node } = (await answer.json()) as { node: { id: string } };
    const { address } = nodes.find(({ id }) => id === node.id)!;
    const client = await Client.connect(t, `ws://${address}:4443/n/${node.id}/`);
    await client.get('join', { room });
    lives.set(room, node.id);
  }
  return lives;
}

async function claimsOf(url: string): Promise<Map<string, string>> {
  const claims = new Map<string, string>();
  let next: string | null = '';
  while (next !== null) {
    const query = next === '' ? '' : `&after=${encodeURIComponent(next)}`;
    const page: { rooms: { room: string; node: string }[]; next: string | null } = await get(
      `${url}/v1/rooms?limit=1000${query}`,
    );
    for (const { room, node } of page.rooms) claims.set(room, node);
    ({ next } = page);
  }
  return claims;
}

async function get<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  assert.equal(answer.status, 200, url);
  return (await answer.json()) as T;
}
