/** Replicas on one real Redis that see different things: of nodes, and, where one is cut off, of each other. */
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { entity } from '../../src/dispatcher/edited-part.ts';
import { TopologyEditor } from '../../src/dispatcher/topology-editor.ts';
import { loadStoredTopology } from '../../src/dispatcher/stored-topology.ts';
import { Membership } from '../../src/replicas/membership.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';
import { Scene } from '../service/scene.ts';
import { startProxy } from '../store/redis/proxy.ts';
import { degraded, openReplica, recovered, until, type Replica } from '../store/redis/replicas.ts';
import { NO_REDIS, startRedis, type RedisServer } from '../store/redis/server.ts';
import { INTERVAL, pass, PLAIN } from './pass.ts';

const PACE = { every: 50, lasts: 1000 };

interface Member {
  readonly store: Replica;
  readonly membership: Membership;
  readonly scene: Scene;
  readonly editor: TopologyEditor;
}

async function join(t: TestContext, port: number, cluster: string, text: string): Promise<Member> {
  const store = await openReplica(t, `redis://127.0.0.1:${port}`, { cluster });
  const membership = await Membership.join(store.coordination!, PACE);
  t.after(() => membership.leave());
  const stored = await loadStoredTopology(store.topology, parse(text));
  assert.ok(stored.result === 'fine');
  const scene = await new Scene(store).start(t, text, { membership });
  const editor = new TopologyEditor(store.topology, scene.service.dispatcher);
  t.after(editor.follow((error) => assert.fail(String(error))));
  return { store, membership, scene, editor };
}

async function know(all: readonly Member[], count = all.length): Promise<void> {
  await until('all to know all', () => all.every(({ membership }) => membership.alive.length === count));
}

/** Until each of them believes that of the node. */
async function believe(all: readonly Member[], node: string, state: string): Promise<void> {
  await until(`all to believe ${node} ${state}`, async () => {
    await pass(all, INTERVAL);
    return all.every(({ scene }) => scene.state(node) === state);
  });
}

/** The nodes that a replica answers with, by room. */
async function ask({ scene }: Member, rooms: readonly string[]): Promise<Map<string, string>> {
  const answers = await Promise.all(rooms.map((room) => scene.service.dispatcher.claim(room)));
  return new Map(
    answers.map((answer, i) => {
      assert.ok(answer.result !== 'refused', rooms[i]);
      return [rooms[i]!, answer.allocation.node.id];
    }),
  );
}

const names = (prefix: string): string[] => Array.from({ length: 30 }, (_, i) => `${prefix}-${i}`);

describe('replicas on one Redis', { skip: NO_REDIS }, () => {
  let redis: RedisServer;
  before(async () => (redis = await startRedis()));
  after(() => redis.remove());

  test('that probe a node with different results believe the same of it, by quorum', async (t) => {
    const cluster = 'views';
    const [a, b] = [await join(t, redis.port, cluster, PLAIN), await join(t, redis.port, cluster, PLAIN)];
    await know([a, b]);
    await believe([a, b], 'sfu-1', 'up');
    const rooms = await ask(a, names('live'));
    a.scene.answers.set('sfu-1', 'r');
    await believe([a, b], 'sfu-1', 'suspect');
    assert.deepEqual(await ask(a, [...rooms.keys()]), rooms, 'one of two moves no room');

    const c = await join(t, redis.port, cluster, PLAIN);
    const all = [a, b, c];
    await know(all);
    await believe(all, 'sfu-1', 'up');
    b.scene.answers.set('sfu-1', 'r');
    await believe(all, 'sfu-1', 'down');
    for (const member of all) assert.ok(![...(await ask(member, names('new'))).values()].includes('sfu-1'));
    for (const { scene } of [a, b]) scene.answers.clear();
    await believe(all, 'sfu-1', 'up');
  });

  test('of which one is cut off all hand out rooms, move none that lives, and agree again: what differed is told', async (t) => {
    const cluster = 'partition';
    const proxy = await startProxy(t, redis.port);
    const cut = await join(t, proxy.port, cluster, SMALL);
    const others = [await join(t, redis.port, cluster, SMALL), await join(t, redis.port, cluster, SMALL)];
    const all = [cut, ...others];
    const [b, c] = others as [Member, Member];
    await know(all);
    await believe(all, 'sfu-2', 'up');
    const live = await ask(b, names('live'));
    await until('all to follow', () => all.every(({ store }) => store.claims.total() === live.size));

    proxy.cut();
    // It sees nothing of the nodes either: that most are down at once is not believed.
    for (const { id } of cut.scene.service.dispatcher.declared.nodes) cut.scene.answers.set(id, 't');
    await degraded(cut.store);
    await Promise.all([know([cut], 1), know(others)]);
    await pass(all, INTERVAL * 10);
    const drained = await b.editor.patch(entity('nodes', 'sfu-2'), { state: 'draining' });
    assert.equal(drained.result, 'changed');
    await until('the other to follow', () => c.editor.revision === b.editor.revision);
    assert.notEqual(cut.editor.revision, b.editor.revision);
    const here = await ask(cut, [...names('here'), ...names('both')]);
    const there = await ask(b, [...names('there'), ...names('both')]);
    for (const member of all) assert.deepEqual(await ask(member, [...live.keys()]), live);
    const differ = names('both').filter((room) => here.get(room) !== there.get(room));
    assert.ok(
      differ.length > 0,
      'a room that two were asked for is on a node that one of them knows to drain',
    );
    assert.deepEqual([b.store.claims.degraded, c.store.claims.degraded], [false, false]);

    cut.scene.answers.clear();
    proxy.heal();
    await recovered(...all.map(({ store }) => store));
    await know(all);
    const held = new Map([...live, ...here, ...there]);
    await until('all to agree', () =>
      all.every(
        ({ store, editor }) => store.claims.total() === held.size && editor.revision === b.editor.revision,
      ),
    );
    for (const member of all) assert.deepEqual(await ask(member, [...held.keys()]), held);
    const told = all.flatMap(({ store }) => store.told.filter((event) => event.type === 'room.conflict'));
    assert.deepEqual(
      told.map(({ room, claimed, other }) => [room, claimed, other]).sort(),
      differ.map((room) => [room, there.get(room), here.get(room)]).sort(),
    );
    for (const { id } of b.scene.service.dispatcher.declared.nodes) {
      if (id !== 'sfu-4') await believe(all, id, 'up');
    }
  });
});
