/** What only a store shared by several dispatchers has: expiry, limits, a topology that others change, versions. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { Dispatcher } from '../../../src/dispatcher/dispatcher.ts';
import { loadStoredTopology } from '../../../src/dispatcher/stored-topology.ts';
import { entity, section } from '../../../src/dispatcher/edited-part.ts';
import { TopologyEditor } from '../../../src/dispatcher/topology-editor.ts';
import { keysFor } from '../../../src/store/redis/keys.ts';
import { MAX_GONE } from '../../../src/store/redis/scripts.ts';
import { checkSchema } from '../../../src/store/redis/schema.ts';
import { parse, SMALL } from '../../fixtures/cluster.ts';
import { claimOn, listAll } from '../stores.ts';
import { openReplica, until } from './replicas.ts';
import { NO_REDIS, startRedis, type RedisServer } from './server.ts';

describe('a Redis that several share', { skip: NO_REDIS }, () => {
  let redis: RedisServer;
  let spec: string;
  before(async () => {
    redis = await startRedis();
    spec = `redis://127.0.0.1:${redis.port}`;
  });
  after(() => redis.remove());

  test('claims are followed by every replica, with its loads, and so are releases', async (t) => {
    const cluster = 'followed';
    const [a, b] = [await openReplica(t, spec, { cluster }), await openReplica(t, spec, { cluster })];
    await a.claims.create('standup', claimOn('sfu-1'));
    await a.claims.create('retro', claimOn('sfu-1'));
    await until('b to follow', () => b.claims.loads().get('sfu-1') === 2);
    await b.claims.move('retro', 'sfu-1', claimOn('sfu-2'));
    await b.claims.release('standup');
    assert.equal(b.claims.released('standup'), true);
    await until('a to follow', () => a.claims.released('standup'));
    await until('the move to be seen', () => a.claims.loads().get('sfu-2') === 1);
    assert.deepEqual([...a.claims.loads()], [['sfu-2', 1]]);
  });

  test('what is missed while nobody tells of changes is found by looking', async (t) => {
    const cluster = 'polled';
    const a = await openReplica(t, spec, { cluster });
    const b = await openReplica(t, spec, { cluster });
    for (const id of pubsubClients(redis)) redis.cli('client', 'kill', 'id', id);
    await a.claims.create('standup', claimOn('sfu-1'));
    await until('b to follow', () => b.claims.total() === 1);
  });

  test('a change that was missed is found by counting', async (t) => {
    const [a, b] = [
      await openReplica(t, spec, { cluster: 'counted' }),
      await openReplica(t, spec, { cluster: 'counted' }),
    ];
    await a.claims.create('first', claimOn('sfu-1'));
    await a.claims.create('second', claimOn('sfu-1'));
    await until('b to follow', () => b.claims.total() === 2);
    const key = (name: string) => `roomlb:{counted}:${name}`;
    // As if a dispatcher had written it and told nobody: its place in the feed is one that was read already.
    const value = redis.cli('hget', key('rooms'), 'first');
    redis.cli('hset', key('rooms'), 'missed', value);
    redis.cli('zadd', key('feed'), '1', 'missed');
    redis.cli('hincrby', key('loads'), 'sfu-1', '1');
    await until('it to be found', () => a.claims.total() === 3 && b.claims.total() === 3);
  });

  test('a claim that nobody renews expires, and is told; one that is asked for or renewed stays', async (t) => {
    const a = await openReplica(t, spec, { cluster: 'expiry', claimTtl: 400 });
    for (const room of ['live', 'asked', 'left']) await a.claims.create(room, claimOn('sfu-1'));
    await until('it to expire', async () => {
      await a.claims.renew([
        { room: 'live', node: 'sfu-1' },
        { room: 'left', node: 'sfu-2' },
      ]);
      await a.claims.get('asked');
      return a.claims.total() === 2;
    });
    assert.deepEqual(await listAll(a), ['asked', 'live']);
    const told = a.told.flatMap((event) => (event.type === 'room.expired' ? [[event.room, event.node]] : []));
    assert.deepEqual(told, [['left', 'sfu-1']]);
  });

  test('no more claims than fit are taken, whoever takes them', async (t) => {
    const cluster = 'bounded';
    const [a, b] = [
      await openReplica(t, spec, { cluster, maxClaims: 3 }),
      await openReplica(t, spec, { cluster, maxClaims: 3 }),
    ];
    const create = (room: string, i: number) => (i % 2 ? a : b).claims.create(room, claimOn('sfu-1'));
    const answers = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(create));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    assert.deepEqual(
      refused.map(({ reason }) => (reason as Error).name),
      ['StoreFull', 'StoreFull'],
    );
    assert.equal(a.claims.degraded, false);
    await a.claims.release((await listAll(a))[0]!);
    assert.equal((await b.claims.create('f', claimOn('sfu-1'))).created, true);
  });

  test('releases are kept in mind up to a number: what Redis holds stays bounded', async (t) => {
    const cluster = 'forgotten';
    const a = await openReplica(t, spec, { cluster });
    await a.claims.create('kept', claimOn('sfu-1'));
    const keys = ['roomlb:{forgotten}:gone', 'roomlb:{forgotten}:feed'] as const;
    const released = `for i = 1, ${MAX_GONE} do for _, key in ipairs(KEYS) do redis.call('ZADD', key, i, 'r-' .. i) end end`;
    redis.cli('eval', released, '2', ...keys);
    redis.cli('hset', 'roomlb:{forgotten}:meta', 'seq', String(MAX_GONE));
    const rooms = Array.from({ length: 50 }, (_, i) => `new-${i}`);
    await Promise.all(rooms.map((room) => a.claims.create(room, claimOn('sfu-1'))));
    await Promise.all(rooms.map((room) => a.claims.release(room)));
    assert.equal(redis.cli('zcard', keys[0]), String(MAX_GONE));
    assert.equal(redis.cli('zcard', keys[1]), String(MAX_GONE + 1));
    const c = await openReplica(t, spec, { cluster });
    assert.deepEqual([...c.claims.loads()], [['sfu-1', 1]]);
  });

  test('replicas follow the topology that one of them was given, and none writes over what it has not seen', async (t) => {
    const cluster = 'small';
    const replicas = await Promise.all(
      [0, 1].map(async () => {
        const store = await openReplica(t, spec, { cluster });
        const stored = await loadStoredTopology(store.topology, parse(SMALL));
        assert.ok(stored.result === 'fine');
        const dispatcher = new Dispatcher(store.claims, stored.topology);
        const editor = new TopologyEditor(store.topology, dispatcher);
        t.after(editor.follow((error) => assert.fail(String(error))));
        return { store, dispatcher, editor };
      }),
    );
    const [a, b] = [replicas[0]!, replicas[1]!];
    assert.equal((await a.store.topology.read())?.version, 1);
    const stale = b.editor.revision;
    const drained = await a.editor.patch(entity('nodes', 'sfu-1'), { state: 'draining' });
    assert.equal(drained.result, 'changed');
    // Not waited for: b may not know yet, and must not forget what a wrote.
    let seen = '';
    const edited = await b.editor.patch(
      entity('nodes', 'sfu-2'),
      { weight: 7 },
      { precondition: ({ revision }) => (seen = revision) },
    );
    assert.equal(edited.result, 'changed');
    assert.notEqual(seen, stale);
    await until('a to follow', () => a.editor.revision === b.editor.revision);
    const nodes = a.dispatcher.declared.nodes;
    assert.equal(nodes.find(({ id }) => id === 'sfu-1')?.state, 'draining');
    assert.equal(nodes.find(({ id }) => id === 'sfu-2')?.weight, 7);
    assert.equal((await b.editor.patch(section('placement'), { loadBound: 3 })).result, 'changed');
    await until('a to follow', () => a.dispatcher.declared.placement.loadBound === 3);
    // Not waited for either: a room that b has just handed out is on its node for a.
    await b.store.claims.create('fresh', claimOn('sfu-2'));
    assert.equal((await a.dispatcher.roomsOn('sfu-2')).claims, 1);
    // One of two edits at the same moment may lose, and is told what holds now.
    const both = await Promise.all(
      replicas.map(({ editor }, i) => editor.patch(entity('nodes', 'sfu-3'), { weight: 10 + i })),
    );
    await until('both to agree', () => a.editor.revision === b.editor.revision);
    for (const outcome of both) {
      if (outcome.result === 'conflict') assert.equal(outcome.revision, a.editor.revision);
      else assert.equal(outcome.result, 'changed');
    }
  });

  test('a layout that is older is brought up step by step, a newer one is refused', async (t) => {
    const client = new Redis(redis.port);
    t.after(() => client.disconnect());
    const keys = keysFor('roomlb', 'versions');
    await client.hset(keys.all[0]!, 'schema', '3');
    const upgrades = {
      3: `redis.call('HSET', KEYS[1], 'steps', '3')`,
      4: `redis.call('HSET', KEYS[1], 'steps', redis.call('HGET', KEYS[1], 'steps') .. '4')`,
    };
    await Promise.all([checkSchema(client, keys, 5, upgrades), checkSchema(client, keys, 5, upgrades)]);
    assert.deepEqual(await client.hmget(keys.all[0]!, 'schema', 'steps'), ['5', '34']);
    await assert.rejects(checkSchema(client, keys, 4, upgrades), /version 5 .* upgrade this program/);
    await assert.rejects(checkSchema(client, keys, 6, upgrades), /version 5 .* too old/);
    await assert.rejects(openReplica(t, spec, { cluster: 'versions' }), /version 5/);
  });
});

function pubsubClients(redis: RedisServer): string[] {
  const clients = redis.cli('client', 'list', 'type', 'pubsub').split('\n');
  return clients.flatMap((line) => /(?:^| )id=(\d+)/.exec(line)?.[1] ?? []);
}
