/** Two dispatchers on one Redis with real media nodes: the rooms of a node that is killed move by themselves. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RoomlbClient } from '../../src/client/client.ts';
import type { Envelope } from '../../src/events/history.ts';
import type { RoomMovedEvent } from '../../src/events/events.ts';
import type { HealthReport } from '../../src/health/report.ts';
import { NO_WORKER, until } from '../media-node/support.ts';
import { NO_REDIS, startRedis } from '../store/redis/server.ts';
import { nodeSpec, Site } from './processes.ts';

const ROOMS = 60;
/** To one node in a second. */
const PACE = 4;

describe('two dispatchers with a pace for moves', { skip: NO_WORKER || NO_REDIS }, () => {
  test('move each room of a killed node once, at that pace together, and both tell of each', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.remove());
    const nodes = [nodeSpec('sfu-1', '40000'), nodeSpec('sfu-2', '40001'), nodeSpec('sfu-3', '40002')];
    const site = new Site(t, nodes, {}, { placement: { movesPerSecond: PACE } });
    const store = ['--store', `redis://127.0.0.1:${redis.port}`];
    const replicas = [await site.replica(0, ...store), await site.replica(0, ...store)];
    const clients = replicas.map(({ port }) => new RoomlbClient({ url: `http://127.0.0.1:${port}` }));
    const [first, second] = clients as [RoomlbClient, RoomlbClient];
    const urls = replicas.map(({ port }) => `http://127.0.0.1:${port}`);
    const children = new Map(nodes.map(({ id }) => [id, site.node(id, urls)]));
    await until('all nodes are up at both', async () =>
      (await Promise.all(urls.map(healthOf))).every(({ nodes }) =>
        nodes.every(({ state, live }) => state === 'up' && live?.connected === true),
      ),
    );

    const before = new Map<string, string>();
    for (let i = 0; i < ROOMS; i++) {
      const room = `room-${i}`;
      before.set(room, (await (i % 2 ? second : first).claim(room)).node.id);
    }
    const lost = [...before].filter(([, node]) => node === 'sfu-1').map(([room]) => room);
    assert.ok(lost.length >= 10, `${lost.length} rooms on the node`);

    const end = new AbortController();
    t.after(() => end.abort());
    const moves = clients.map((client) => followMoves(client, end.signal));
    await Promise.all(moves.map(({ open }) => open));
    await site.kill(children.get('sfu-1')!);
    await until('both to have told of all', () =>
      moves.every(({ told }) => new Set(told.map(({ room }) => room)).size >= lost.length),
    );

    const own = moves.flatMap(({ told }) => told.filter(({ by }) => by === undefined));
    for (const { told } of moves) assert.deepEqual(told.map(({ room }) => room).sort(), lost.toSorted());
    assert.deepEqual(own.map(({ room }) => room).sort(), lost.toSorted(), 'one of them moves a room');
    for (const { room, from, to } of moves.flatMap(({ told }) => told)) {
      assert.equal(from, 'sfu-1');
      assert.equal((await first.lookup(room))?.node.id, to);
    }
    for (const [room, node] of before)
      if (node !== 'sfu-1')
        assert.equal((await second.lookup(room))?.node.id, node, `${room} had no reason to move`);
    for (const node of ['sfu-2', 'sfu-3']) {
      const times = own.filter(({ to }) => to === node).map(({ at }) => at);
      const [took, least] = [Math.max(...times) - Math.min(...times), ((times.length - 1) * 1000) / PACE];
      t.diagnostic(`${times.length} rooms to ${node} in ${took} ms, by the pace ${least} ms`);
      // A first turn that came late leaves less time until the last one; at twice the pace it would be half.
      assert.ok(took >= 0.6 * least, `${times.length} rooms in ${took} ms`);
    }
  });
});

async function healthOf(url: string): Promise<HealthReport> {
  return (await (await fetch(`${url}/v1/health`)).json()) as HealthReport;
}

function followMoves(client: RoomlbClient, signal: AbortSignal) {
  const told: Envelope<RoomMovedEvent>[] = [];
  let opened: () => void = () => undefined;
  const open = new Promise<void>((resolve) => (opened = resolve));
  const read = async (): Promise<void> => {
    for await (const item of client.events({ kinds: ['room.moved'], signal })) {
      if (item.type === 'stream.open') opened();
      if (item.type === 'room.moved') told.push(item);
    }
  };
  void read();
  return { told, open };
}
