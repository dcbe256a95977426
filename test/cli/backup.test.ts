/** The procedure of the README, carried out: back up beside a running dispatcher, lose the store, restore, go on. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SMALL } from '../fixtures/cluster.ts';
import { NO_REDIS, startRedis } from '../store/redis/server.ts';
import { claimOn, openFor, withDirectory } from '../store/stores.ts';
import { roomlb } from './roomlb.ts';
import { startServe } from './roomlb-process.ts';

const ROOMS = Array.from({ length: 40 }, (_, i) => `room-${i}`);

async function placesOf(url: string): Promise<[room: string, node: string, decision: string][]> {
  return Promise.all(
    ROOMS.map(async (room) => {
      const answer = await fetch(`${url}/v1/rooms/${room}`, { method: 'PUT' });
      const { node, decision } = (await answer.json()) as { node: { id: string }; decision: string };
      return [room, node.id, decision];
    }),
  );
}

test('a file store is backed up while it is served, lost, restored, and answers as before', (t) =>
  withDirectory(async (folder) => {
    const [topology, file] = [join(folder, 'topology.yaml'), join(folder, 'roomlb.backup')];
    const store = ['--store', `file:${join(folder, 'store')}`];
    writeFileSync(topology, SMALL);
    const first = await startServe(t, topology, ...store);
    const places = await placesOf(first.url);
    await fetch(`${first.url}/v1/nodes/sfu-1/drain`, { method: 'POST' });

    const backup = await roomlb('backup', '-t', topology, ...store, '--out', file, '--json');
    assert.equal(backup.code, 0, backup.err);
    assert.equal(backup.json().claims, ROOMS.length);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const again = await roomlb('backup', '-t', topology, ...store, '--out', file);
    assert.equal(again.code, 2);
    assert.match(again.err, /there already, and is not overwritten/);
    const locked = await roomlb('restore', file, '-t', topology, ...store);
    assert.equal(locked.code, 3);
    assert.match(locked.err, /in use by process/);

    await first.stop('SIGKILL');
    rmSync(join(folder, 'store'), { recursive: true });
    const restored = await roomlb('restore', file, '-t', topology, ...store, '--json');
    assert.equal(restored.code, 0, restored.err);
    assert.equal(restored.json().written, ROOMS.length);
    const second = await startServe(t, topology, ...store);
    assert.deepEqual(
      await placesOf(second.url),
      places.map(([room, node]) => [room, node, 'claim']),
    );
    const { state } = (await (await fetch(`${second.url}/v1/nodes/sfu-1`)).json()) as { state: string };
    assert.equal(state, 'draining');
    await second.stop();
  }));

test('nothing is written from a bad backup, of another cluster, or into a store that holds something', () =>
  withDirectory(async (folder) => {
    const [topology, file] = [join(folder, 'topology.yaml'), join(folder, 'roomlb.backup')];
    const [full, empty] = [`file:${join(folder, 'full')}`, `file:${join(folder, 'empty')}`];
    writeFileSync(topology, SMALL);
    await openFor(full, ({ claims }) => claims.create('a', claimOn('sfu-1')));
    assert.equal((await roomlb('backup', '-t', topology, '-s', full, '-o', file)).code, 0);

    await openFor(full, ({ claims }) => claims.create('b', claimOn('sfu-1')));
    const mixed = await roomlb('restore', file, '-t', topology, '-s', full);
    assert.equal(mixed.code, 1);
    assert.match(mixed.err, /claim of room "b"/);

    writeFileSync(join(folder, 'other.yaml'), SMALL.replace('cluster: small', 'cluster: other'));
    const other = await roomlb('restore', file, '-t', join(folder, 'other.yaml'), '-s', empty);
    assert.equal(other.code, 2);
    assert.match(other.err, /of cluster small/);

    const cut = join(folder, 'cut');
    writeFileSync(cut, readFileSync(file, 'utf8').replace('sfu-1', 'sfu-2'));
    const bad = await roomlb('restore', cut, '-t', topology, '-s', empty);
    assert.equal(bad.code, 2);
    assert.match(bad.err, /it was changed: its SHA-256/);
    assert.equal(existsSync(join(folder, 'empty')), false);

    for (const command of [
      ['backup', '-o', '-'],
      ['restore', file],
    ]) {
      const memory = await roomlb(...command, '-t', topology);
      assert.equal(memory.code, 2);
      assert.match(memory.err, /name file:PATH or redis/);
    }
    const missing = await roomlb('backup', '-t', topology, '-s', empty, '-o', join(folder, 'none'));
    assert.equal(missing.code, 3);
    assert.match(missing.err, /there is no store in/);
    assert.equal(existsSync(join(folder, 'none')), false);
  }));

describe('with Redis', { skip: NO_REDIS }, () => {
  test('a backup of a file store becomes one of Redis, and the other way round', () =>
    withDirectory(async (folder) => {
      const [topology, file, back] = ['topology.yaml', 'one', 'two'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      writeFileSync(topology, SMALL);
      const store = `file:${join(folder, 'store')}`;
      await openFor(store, ({ claims }) => claims.create('a\u2028b', claimOn('sfu-3', { participants: 9 })));
      const redis = await startRedis();
      try {
        const address = `redis://127.0.0.1:${redis.port}`;
        for (const args of [
          ['backup', '-s', store, '-o', file],
          ['restore', file, '-s', address],
          ['backup', '-s', address, '-o', back],
        ]) {
          const { code, err } = await roomlb(...args, '-t', topology);
          assert.equal(code, 0, err);
        }
      } finally {
        await redis.remove();
      }
      assert.equal(readFileSync(back, 'utf8'), readFileSync(file, 'utf8'));
    }));
});
