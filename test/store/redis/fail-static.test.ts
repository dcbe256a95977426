/** A Redis that is slow, dead, read-only, empty or old, and two replicas that go on all the same. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dispatcher } from '../../../src/dispatcher/dispatcher.ts';
import type { Claim } from '../../../src/store/store.ts';
import { parse, SMALL } from '../../fixtures/cluster.ts';
import { claimOn, listAll } from '../stores.ts';
import { degraded, openReplica, recovered, until, type Replica } from './replicas.ts';
import { NO_REDIS, startRedis, type RedisServer } from './server.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

interface Scene {
  readonly redis: RedisServer;
  readonly a: Replica;
  readonly b: Replica;
}

async function scene(t: TestContext, args: readonly string[] = []): Promise<Scene> {
  const redis = await startRedis({ args });
  t.after(() => redis.remove());
  const spec = `redis://127.0.0.1:${redis.port}`;
  return { redis, a: await openReplica(t, spec), b: await openReplica(t, spec) };
}

async function restart(t: TestContext, { port, folder }: RedisServer): Promise<RedisServer> {
  const redis = await startRedis({ port, folder });
  t.after(() => redis.kill());
  return redis;
}

async function fill(replica: Replica, rooms: readonly string[]): Promise<Map<string, Claim>> {
  const made = rooms.map(async (room, i) => {
    const { claim } = await replica.claims.create(room, claimOn(`sfu-${i % 3}`));
    return [room, claim] as const;
  });
  return new Map(await Promise.all(made));
}

async function same(replica: Replica, expected: ReadonlyMap<string, Claim>): Promise<void> {
  for (const [room, claim] of expected) assert.deepEqual(await replica.claims.get(room), claim, room);
  assert.deepEqual(await listAll(replica), [...expected.keys()].sort());
  const loads = new Map<string, number>();
  for (const { node } of expected.values()) loads.set(node, (loads.get(node) ?? 0) + 1);
  assert.deepEqual(new Map(replica.claims.loads()), loads);
}

const names = (prefix: string, count: number): string[] => range(count).map((i) => `${prefix}-${i}`);

describe('while Redis', { skip: NO_REDIS }, () => {
  test('hangs, nobody waits but for the first, replicas answer alike, and it has all of it afterwards', async (t) => {
    const { redis, a, b } = await scene(t);
    const pinned = parse(
      `${SMALL}pins: [{ room: new-7, node: sfu-3 }, { room: new-8, node: jan-1, strict: true }]`,
    );
    const [first, second] = [a, b].map(({ claims }) => new Dispatcher(claims, pinned));
    const known = await first!.claim('known');
    await until('b to follow', () => b.claims.total() === 1);
    redis.child.kill('SIGSTOP');
    const rooms = names('new', 200);
    const nodes = async (dispatcher: Dispatcher | undefined) => {
      const answers = await Promise.all(rooms.map((room) => dispatcher!.claim(room)));
      return answers.map((answer) => {
        assert.ok(answer.result === 'created');
        assert.equal(answer.allocation.degraded, true);
        return answer.allocation.node.id;
      });
    };
    const answered = await nodes(first);
    assert.deepEqual(answered.slice(7, 9), ['sfu-3', 'jan-1']);
    assert.deepEqual(answered, await nodes(second));
    const kept = await second!.claim('known');
    assert.ok(known.result === 'created' && kept.result === 'kept');
    assert.equal(kept.allocation.node.id, known.allocation.node.id);
    assert.equal(kept.allocation.degraded, true);
    assert.match((await b.ready()) ?? '', /does not answer/);
    redis.child.kill('SIGCONT');
    await recovered(a, b);
    await until(
      'both to have brought theirs',
      () => Number(redis.cli('hlen', 'roomlb:{test}:rooms')) === 201,
    );
    const after = await second!.claim('known');
    assert.ok(after.result === 'kept' && after.allocation.degraded === undefined);
    assert.deepEqual(
      [...a.told, ...b.told].filter(({ type }) => type === 'room.conflict'),
      [],
    );
    assert.equal(await a.ready(), undefined);
  });

  test('hangs in a burst, what waited to be asked is answered when the first are, not after waiting itself', async (t) => {
    const { redis } = await scene(t);
    const a = await openReplica(t, `redis://127.0.0.1:${redis.port}`, { timeLimit: 3000 });
    redis.child.kill('SIGSTOP');
    const dispatcher = new Dispatcher(a.claims, parse(SMALL));
    let answered = 0;
    const claims = names('burst', 1000).map(async (room) => {
      await dispatcher.claim(room);
      answered++;
    });
    await Promise.race(claims);
    // A fraction of what each command may take.
    await sleep(1000);
    assert.equal(answered, 1000);
    redis.child.kill('SIGCONT');
    await recovered(a);
  });

  test('has taken a claim that nobody was told of, what was told instead takes its place', async (t) => {
    const { redis, a } = await scene(t);
    redis.child.kill('SIGSTOP');
    await assert.rejects(a.claims.create('standup', claimOn('sfu-1')), { name: 'StoreUnavailable' });
    // Redis will carry out the first one too, when it goes on.
    assert.equal((await a.claims.create('standup', claimOn('sfu-2'))).created, true);
    redis.child.kill('SIGCONT');
    await recovered(a);
    assert.equal((await a.claims.get('standup'))?.node, 'sfu-2');
    assert.deepEqual(
      a.told.filter(({ type }) => type === 'room.conflict'),
      [],
    );
    assert.deepEqual([...a.claims.loads()], [['sfu-2', 1]]);
  });

  test('is killed and comes back empty, claims, releases and the topology are brought back', async (t) => {
    const { redis, a, b } = await scene(t);
    const claims = await fill(a, names('old', 700));
    await a.topology.write({ seed: { of: 'file' }, current: { by: 'rest' }, version: 1 }, 0);
    await b.topology.read();
    await until('b to follow', () => b.claims.total() === 700);
    await redis.kill();
    await degraded(a, b);
    assert.equal((await b.claims.get('old-5'))?.node, 'sfu-2');
    await b.claims.release('old-5');
    claims.delete('old-5');
    for (const [room, claim] of await fill(b, names('meanwhile', 50))) claims.set(room, claim);
    await assert.rejects(a.topology.write({ seed: {}, current: {}, version: 2 }, 1), {
      name: 'StoreUnavailable',
    });
    await restart(t, redis);
    await recovered(a, b);
    await until('a to follow', () => a.claims.total() === 749);
    await same(a, claims);
    await same(b, claims);
    assert.deepEqual(await b.topology.read(), { seed: { of: 'file' }, current: { by: 'rest' }, version: 1 });
  });

  test('is emptied under way, nobody takes a room that another has', async (t) => {
    const { redis, a, b } = await scene(t);
    const claims = await fill(a, names('old', 30));
    await until('b to follow', () => b.claims.total() === 30);
    redis.cli('flushall');
    const answers = await Promise.allSettled(
      names('old', 30).map((room) => b.claims.create(room, claimOn('sfu-9'))),
    );
    for (const answer of answers) assert.ok(answer.status === 'rejected' || !answer.value.created);
    await recovered(a, b);
    await same(a, claims);
    await same(b, claims);
  });

  test('comes back as it was long ago, what was made, moved and released since holds', async (t) => {
    const { redis, a, b } = await scene(t, ['--dbfilename', 'old.rdb']);
    const claims = await fill(a, names('old', 40));
    redis.cli('save');
    for (const i of range(10)) {
      const claim = claimOn('sfu-7');
      await b.claims.move(`old-${i}`, `sfu-${i % 3}`, claim);
      claims.set(`old-${i}`, claim);
    }
    for (const room of names('old', 40).slice(30)) {
      await a.claims.release(room);
      claims.delete(room);
    }
    for (const [room, claim] of await fill(b, names('new', 20))) claims.set(room, claim);
    await until('a to follow', () => a.claims.total() === 50);
    await redis.kill();
    const again = await startRedis({ ...redis, args: ['--dbfilename', 'old.rdb'] });
    t.after(() => again.kill());
    assert.equal(again.cli('hlen', 'roomlb:{test}:rooms'), '40');
    await recovered(a, b);
    await until('both to follow', () => a.claims.total() === 50 && b.claims.total() === 50);
    await same(a, claims);
    await same(b, claims);
  });

  test('is made read-only, rooms are handed out, and kept when it takes writes again', async (t) => {
    const { redis, a } = await scene(t);
    await fill(a, ['old']);
    redis.cli('replicaof', '127.0.0.1', '1');
    await assert.rejects(a.claims.create('new', claimOn('sfu-1')), { name: 'StoreUnavailable' });
    assert.equal((await a.claims.create('new', claimOn('sfu-1'))).created, true);
    assert.equal((await a.claims.get('old'))?.node, 'sfu-0');
    redis.cli('replicaof', 'no', 'one');
    await recovered(a);
    assert.deepEqual(await listAll(a), ['new', 'old']);
  });

  test('is read-only or away, nobody says that a thing happened for the first time; what did is known again', async (t) => {
    const { redis, a, b } = await scene(t);
    const later = Date.now() + 3_600_000;
    assert.equal(await a.once.take('one', 'me', later), true);
    redis.cli('replicaof', '127.0.0.1', '1');
    for (const replica of [a, b])
      await assert.rejects(replica.once.take('two', 'me', later), { name: 'StoreUnavailable' });
    redis.cli('replicaof', 'no', 'one');
    await recovered(a, b);
    assert.equal(await b.once.take('one', 'you', later), false);
    assert.equal(await b.once.take('two', 'you', later), true);
    const left = Number(redis.cli('pttl', 'roomlb:{test}:once:one'));
    assert.ok(left > 0 && left <= 3_600_000, String(left));
    await redis.kill();
    await degraded(a, b);
    for (const name of ['one', 'three'])
      await assert.rejects(a.once.take(name, 'me', later), { name: 'StoreUnavailable' });
  });

  test('is away, two replicas give one room to two nodes: the first to bring it wins, the other tells', async (t) => {
    const { redis, a, b } = await scene(t);
    await redis.kill();
    await degraded(a, b);
    await a.claims.create('standup', claimOn('sfu-1'));
    await b.claims.create('standup', claimOn('sfu-2'));
    await restart(t, redis);
    await recovered(a, b);
    const conflicts = [...a.told, ...b.told].filter((event) => event.type === 'room.conflict');
    const { node } = (await a.claims.get('standup'))!;
    assert.deepEqual(
      conflicts.map(({ room, claimed, other }) => ({ room, claimed, other })),
      [{ room: 'standup', claimed: node, other: node === 'sfu-1' ? 'sfu-2' : 'sfu-1' }],
    );
    assert.equal((await b.claims.get('standup'))?.node, node);
  });
});
