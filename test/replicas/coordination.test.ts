/** Replicas that find one another, and take leases from one another, by a real Redis. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test, type TestContext } from 'node:test';
import { Lease } from '../../src/replicas/lease.ts';
import { Membership } from '../../src/replicas/membership.ts';
import type { Coordination } from '../../src/store/store.ts';
import { until } from '../media-node/support.ts';
import { openReplica } from '../store/redis/replicas.ts';
import { NO_REDIS, startRedis, type RedisServer } from '../store/redis/server.ts';

const PACE = { every: 50, lasts: 1000 };

describe('replicas', { skip: NO_REDIS }, () => {
  let redis: RedisServer;
  before(async () => (redis = await startRedis()));
  after(() => redis.remove());

  async function coordination(t: TestContext, cluster: string): Promise<Coordination> {
    const store = await openReplica(t, `redis://127.0.0.1:${redis.port}`, { cluster });
    return store.coordination!;
  }

  test('know one another, and miss who leaves at once, who dies soon', async (t) => {
    const [a, b, c] = [0, 1, 2].map(() => coordination(t, 'members'));
    const first = await Membership.join(await a!, PACE);
    t.after(() => first.leave());
    const second = await Membership.join(await b!, PACE);
    // It says that it is alive only once.
    const third = await Membership.join(await c!, { every: 3_600_000, lasts: 1000 });
    t.after(() => third.leave());
    await until('all know all', () => first.alive.length === 3 && second.alive.length === 3);
    assert.deepEqual(first.alive, second.alive);
    const told: number[] = [];
    first.onChange((alive) => told.push(alive.length));
    await second.leave();
    await until('the first to miss both', () => first.alive.length === 1);
    assert.deepEqual(told.at(-1), 1);
  });

  test('are alone, each by itself, while Redis does not answer, and find one another again', async (t) => {
    const [a, b] = await Promise.all([coordination(t, 'alone'), coordination(t, 'alone')]);
    const [first, second] = [await Membership.join(a, PACE), await Membership.join(b, PACE)];
    t.after(() => Promise.all([first.leave(), second.leave()]));
    await until('both to know both', () => first.alive.length === 2 && second.alive.length === 2);
    redis.child.kill('SIGSTOP');
    await until('both to be alone', () => first.alive.length === 1 && second.alive.length === 1);
    assert.equal(first.alive[0]?.id, first.self);
    redis.child.kill('SIGCONT');
    await until('both to know both again', () => first.alive.length === 2 && second.alive.length === 2);
  });

  test('take a lease one at a time, with a token that grows each time it changes hands', async (t) => {
    const [a, b] = await Promise.all([coordination(t, 'leases'), coordination(t, 'leases')]);
    const [first, second] = [new Lease(a, 'lb-1', 600), new Lease(b, 'lb-1', 600)];
    t.after(() => Promise.all([first.end(), second.end()]));
    const { token } = await first.take();
    await assert.rejects(second.take(), {
      name: 'LeaseError',
      message: new RegExp(`replica ${a.id} changes it`),
    });
    // Longer than it lasts: it is renewed.
    await sleep(900);
    await assert.rejects(second.take(), { name: 'LeaseError' });
    assert.equal((await first.take()).token, token);
    await first.end();
    const next = await second.take();
    assert.ok(next.token > token);
    await assert.rejects(first.take(), { name: 'LeaseError' });
  });

  test('a Redis that came back empty gives tokens that are higher than those that engines have seen', async (t) => {
    const [a, b] = await Promise.all([coordination(t, 'emptied'), coordination(t, 'emptied')]);
    let seen = 0;
    for (const each of [a, b, a]) {
      const answer = await each.lease('lb-1', 600);
      seen = answer.held ? answer.token : NaN;
      await each.release('lb-1');
    }
    redis.cli('FLUSHALL');
    const answer = await b.lease('lb-1', 600);
    assert.ok(answer.held && answer.token > seen, `${JSON.stringify(answer)} after ${seen}`);
  });

  test('a replica and a lease that are gone do not stay because the clock of Redis was set back', async (t) => {
    const [a, b] = await Promise.all([coordination(t, 'clock'), coordination(t, 'clock')]);
    const info = (id: string) => ({ id, host: 'h', pid: 1, started: 0 });
    await a.beat(info(a.id), 300);
    await a.lease('lb-1', 300);
    // What both look like after the clock went an hour back.
    const later = Date.now() + 3_600_000;
    redis.cli('ZADD', 'roomlb:{clock}:beats', String(later), a.id);
    redis.cli('HSET', 'roomlb:{clock}:leases', 'lease:lb-1', `${a.id}\t5\t${later}`);
    await until('the dead one to be missed', async () => (await b.beat(info(b.id), 300)).length === 1);
    await until('its lease to be free', async () => (await b.lease('lb-1', 300)).held);
  });

  test('who cannot renew a lease is told to stop before another can have it', async (t) => {
    const [a, b] = await Promise.all([coordination(t, 'lapse'), coordination(t, 'lapse')]);
    let cut = false;
    const flaky = new Proxy(a, {
      get: (target, name: keyof Coordination) =>
        name === 'lease' && cut
          ? () => Promise.reject(new Error('cut off'))
          : (target[name] as (...args: unknown[]) => unknown).bind(target),
    });
    const [first, second] = [new Lease(flaky, 'lb-1', 600), new Lease(b, 'lb-1', 600)];
    t.after(() => Promise.all([first.end(), second.end()]));
    const { token, signal } = await first.take();
    cut = true;
    let lostAt = 0;
    signal.addEventListener('abort', () => (lostAt = performance.now()));
    let next = 0;
    await until('the second to have it', async () => {
      const fence = await second.take().catch(() => undefined);
      next = fence?.token ?? 0;
      return fence !== undefined;
    });
    assert.ok(signal.aborted && lostAt <= performance.now());
    assert.ok(next > token);
    assert.match(String(signal.reason), /could not be renewed in time/);
  });
});
