/** Three replicas under load while their Redis hangs, dies, forgets and comes back old: what was answered holds. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { Dispatcher } from '../../../src/dispatcher/dispatcher.ts';
import { parse, SMALL } from '../../fixtures/cluster.ts';
import { degraded, openReplica, recovered, until } from './replicas.ts';
import { NO_REDIS, startRedis, type RedisServer } from './server.ts';

const CLIENTS = 40;
/** New rooms come up all the time; each is asked for again and again for a while. */
const RECENT = 150;
const DUMP = ['--dbfilename', 'dump.rdb'];

describe('three replicas', { skip: NO_REDIS }, () => {
  test('give no room to two nodes, and lose none, whatever becomes of Redis', async (t) => {
    let redis: RedisServer = await startRedis({ args: DUMP });
    t.after(() => redis.remove());
    const spec = `redis://127.0.0.1:${redis.port}`;
    const replicas = [await openReplica(t, spec), await openReplica(t, spec), await openReplica(t, spec)];
    const dispatchers = replicas.map(({ claims }) => new Dispatcher(claims, parse(SMALL)));
    const answers = new Map<string, Set<string>>();
    let asked = 0;
    let stopped = false;

    const client = async (seed: number): Promise<void> => {
      for (let i = seed; !stopped; i += 7) {
        const room = `room-${Math.floor(asked++ / 10) + (i % RECENT)}`;
        const answer = await dispatchers[i % 3]!.claim(room);
        assert.notEqual(answer.result, 'refused');
        if (answer.result === 'refused') continue;
        const nodes = answers.get(room) ?? new Set();
        answers.set(room, nodes.add(answer.allocation.node.id));
        await sleep(5);
      }
    };
    const answered = async (more: number): Promise<void> => {
      const from = asked;
      await until('more answers', () => asked > from + more);
    };
    const restart = async (): Promise<void> => {
      redis = await startRedis({ port: redis.port, folder: redis.folder, args: DUMP });
      await recovered(...replicas);
      await answered(500);
    };
    const clients = Array.from({ length: CLIENTS }, (_, i) => client(i));
    await answered(500);

    redis.child.kill('SIGSTOP');
    await degraded(...replicas);
    await answered(500);
    redis.child.kill('SIGCONT');
    await recovered(...replicas);
    await answered(500);

    await redis.kill();
    await degraded(...replicas);
    await answered(500);
    await restart();

    redis.cli('flushall');
    await until('all to notice', () =>
      replicas.every(({ told }) => told.filter(({ type }) => type === 'store.degraded').length >= 3),
    );
    await recovered(...replicas);

    redis.cli('save');
    await answered(500);
    await redis.kill();
    await degraded(...replicas);
    await restart();

    stopped = true;
    await Promise.all(clients);
    await until('all to agree', () => replicas.every(({ claims }) => claims.total() === answers.size));
    const conflicts = new Set(
      replicas.flatMap(({ told }) =>
        told.flatMap((event) => (event.type === 'room.conflict' ? [event.room] : [])),
      ),
    );
    for (const [room, nodes] of answers) {
      const held = await Promise.all(replicas.map(({ claims }) => claims.get(room)));
      assert.deepEqual(held[1], held[0]);
      assert.deepEqual(held[2], held[0]);
      assert.ok(nodes.has(held[0]?.node ?? ''), `${room} was answered and is not there`);
      // Only while some replicas had Redis and others did not could two have chosen; that is told.
      if (!conflicts.has(room))
        assert.equal(nodes.size, 1, `${room} was given to ${[...nodes].join(' and ')}`);
    }
  });
});
