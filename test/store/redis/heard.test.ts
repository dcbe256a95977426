/** What each replica tells of rooms that others claimed, moved and released: enough to follow only one of them. */
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { Dispatcher } from '../../../src/dispatcher/dispatcher.ts';
import type { AnyEvent } from '../../../src/events/events.ts';
import { parse, SMALL } from '../../fixtures/cluster.ts';
import { claimOn } from '../stores.ts';
import { FAST, openReplica, recovered, until, type Replica } from './replicas.ts';
import { NO_REDIS, startRedis, type RedisServer } from './server.ts';

/** What happened, to which room, its nodes, and who did it. */
function line(event: AnyEvent): string[] {
  if (event.type === 'room.claimed') return [`claimed ${event.room} ${event.node} ${event.by}`];
  if (event.type === 'room.moved')
    return [`moved ${event.room} ${event.from} ${event.to} ${event.by ?? 'here'}`];
  if (event.type === 'room.released') return [`released ${event.room} ${event.node} ${event.by ?? 'here'}`];
  return event.type === 'room.expired' ? [`expired ${event.room} ${event.node}`] : [];
}

/** Where rooms are, for somebody who knows nothing but what one replica told. */
function replayed(told: readonly AnyEvent[]): Map<string, string> {
  const rooms = new Map<string, string>();
  for (const event of told) {
    if (event.type === 'room.claimed') rooms.set(event.room, event.node);
    if (event.type === 'room.moved') rooms.set(event.room, event.to);
    if (event.type === 'room.released' || event.type === 'room.expired') rooms.delete(event.room);
  }
  return new Map([...rooms].sort());
}

/** What another replica is said to have done, though the room was so by what was told before. */
function doubles(told: readonly AnyEvent[]): string[] {
  const found: string[] = [];
  for (const [i, event] of told.entries()) {
    if (!('by' in event) || event.by !== 'replica') continue;
    const held = replayed(told.slice(0, i)).get(event.room);
    const then =
      event.type === 'room.moved' ? event.to : event.type === 'room.claimed' ? event.node : undefined;
    if (held === then) found.push(line(event).join());
  }
  return found;
}

async function claimed({ claims }: Replica): Promise<Map<string, string>> {
  const { entries } = await claims.list({ limit: 1000 });
  return new Map(entries.map(({ room, claim }) => [room, claim.node] as const).sort());
}

describe('rooms of other replicas', { skip: NO_REDIS }, () => {
  let redis: RedisServer;
  before(async () => (redis = await startRedis()));
  after(() => redis.remove());

  const open = (t: TestContext, cluster: string, more = {}) =>
    openReplica(t, `redis://127.0.0.1:${redis.port}`, { cluster, ...more });

  function dispatcher({ claims, told }: Replica): Dispatcher {
    return new Dispatcher(claims, parse(SMALL), { events: { emit: (event) => void told.push(event) } });
  }

  test('are told once: by who did it as its own, by the others as what another replica did', async (t) => {
    const early = await open(t, 'once');
    await dispatcher(early).claim('before');
    const [a, b] = [await open(t, 'once'), await open(t, 'once')];
    const here = dispatcher(a);
    assert.equal((await here.claim('standup')).result, 'created');
    const node = (await a.claims.get('standup'))!.node;
    const other = node === 'sfu-1' ? 'sfu-2' : 'sfu-1';
    await until('b to hear of it', () => b.told.length === 1);
    await here.settle('standup', node, other);
    await until('b to hear that it moved', () => b.told.length === 2);
    await here.release('standup');
    await until('b to hear that it was released', () => b.told.length === 3);
    await dispatcher(b).release('before');
    await until('a to hear of that', () => a.told.length === 4);
    assert.deepEqual(b.told.flatMap(line), [
      `claimed standup ${node} replica`,
      `moved standup ${node} ${other} replica`,
      `released standup ${other} replica`,
      `released before ${(a.told[3] as { node: string }).node} here`,
    ]);
    assert.deepEqual(a.told.flatMap(line), [
      `claimed standup ${node} request`,
      `moved standup ${node} ${other} here`,
      `released standup ${other} here`,
      `released before ${(a.told[3] as { node: string }).node} replica`,
    ]);
  });

  test('are told as released where their claim expired, and as expired by one', async (t) => {
    const replicas = [await open(t, 'expiry', { claimTtl: 300 }), await open(t, 'expiry', { claimTtl: 300 })];
    for (const room of ['a', 'b', 'c']) await replicas[0]!.claims.create(room, claimOn('sfu-1'));
    await until('all to hear', () =>
      replicas.every(({ told }) => told.flatMap(line).filter(isOver).length === 3),
    );
    const over = replicas.flatMap(({ told }) => told.flatMap(line)).filter(isOver);
    for (const room of ['a', 'b', 'c'])
      assert.deepEqual(over.filter((text) => text.includes(` ${room} `)).sort(), [
        `expired ${room} sfu-1`,
        `released ${room} sfu-1 replica`,
      ]);
  });

  test('whatever all do at once, and when Redis is emptied, each tells where rooms are in the end', async (t) => {
    const all = await Promise.all([0, 1, 2].map(() => open(t, 'crowd', { pace: { ...FAST, least: 0 } })));
    const dispatchers = all.map(dispatcher);
    let seed = 7;
    const random = (n: number) => (seed = (seed * 48_271) % 2_147_483_647) % n;
    for (let round = 0; round < 40; round++) {
      await Promise.all(
        Array.from({ length: 60 }, async () => {
          const [each, room] = [dispatchers[random(3)]!, `room-${random(25)}`];
          const held = await each.claims.get(room);
          const kind = random(4);
          if (kind === 0) await each.release(room);
          else if (kind === 1 && held) await each.settle(room, held.node, random(2) ? 'sfu-1' : 'sfu-2');
          else await each.claim(room);
        }),
      );
      if (round !== 20) continue;
      redis.cli('FLUSHALL');
      await until('the loss to be noticed', async () => {
        await Promise.all(dispatchers.map((each) => each.claim('probe')));
        return all.every(({ told }) => told.some(({ type }) => type === 'store.recovered'));
      });
      await recovered(...all);
    }
    const held = await claimed(all[0]!);
    assert.ok(held.size > 5);
    for (const [i, { told }] of all.entries())
      await until(`replica ${i} to have told all of it`, () => {
        const seen = replayed(told);
        return seen.size === held.size && [...held].every(([room, node]) => seen.get(room) === node);
      });
    // Where changes of one room cross on their ways, one may be told again; else that happens to none.
    for (const [i, { told }] of all.entries())
      assert.ok(doubles(told).length <= told.length / 50, `replica ${i}: ${doubles(told).join()}`);
    const own = all.flatMap(({ told }) => told.flatMap(line)).filter((text) => !text.endsWith('replica'));
    t.diagnostic(`${own.length} changes; ${all.map(({ told }) => told.length).join(', ')} events`);
  });
});

function isOver(text: string): boolean {
  return !text.startsWith('claimed');
}
