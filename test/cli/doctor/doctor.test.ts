/** `roomlb doctor` on this machine: real namespaces, a real dispatcher, a real Redis. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { labSkipReason } from '../../lab/netns.ts';
import { NO_REDIS, startRedis } from '../../store/redis/server.ts';
import { claimOn, openFor, withDirectory } from '../../store/stores.ts';
import { startServe } from '../roomlb-process.ts';
import { roomlb } from '../roomlb.ts';
import { clusterOf } from './cluster.ts';

interface Found {
  readonly check: string;
  readonly findings: readonly { level: string; what: string; mend?: string }[];
}

async function doctor(...args: string[]) {
  const { code, err, json } = await roomlb('doctor', '--json', ...args);
  assert.equal(err, '');
  const { checks, counts } = json() as { checks: Found[]; counts: Record<string, number> };
  const of = (name: string) =>
    (checks.find(({ check }) => check === name)?.findings ?? [])
      .map(({ level, what, mend }) => `${level} ${what} → ${mend ?? ''}`)
      .join('\n');
  return { code, counts, of };
}

test(
  'settings of the kernel are those of the namespace of each engine; what it says to do mends them',
  { skip: labSkipReason(['nft']) },
  (t) =>
    withDirectory(async (folder) => {
      const namespace = `rlb-doctor-${process.pid}`;
      execFileSync('ip', ['netns', 'add', namespace]);
      t.after(() => execFileSync('ip', ['netns', 'del', namespace]));
      const file = join(folder, 'topology.yaml');
      writeFileSync(file, clusterOf(`{ id: lb-1, target: nftables, namespace: ${namespace} }`));
      const set = (name: string, value: string) =>
        execFileSync('ip', ['netns', 'exec', namespace, 'sysctl', '-qw', `${name}=${value}`]);
      set('net.ipv4.ip_forward', '0');
      const before = await doctor('-t', file, '--state-dir', folder);
      assert.equal(before.code, 1);
      assert.match(before.of('kernel settings'), /failed lb-1: net.ipv4.ip_forward is 0 in namespace/);
      assert.match(before.of('engines'), /ok lb-1: can be read/);
      assert.match(before.of('permissions'), /ok CAP_NET_ADMIN/);

      const mend = /→ (ip netns exec .*)$/m.exec(before.of('kernel settings'))?.[1] ?? 'false';
      execFileSync('sh', ['-c', mend]);
      const after = await doctor('-t', file, '--state-dir', folder);
      assert.match(after.of('kernel settings'), /^ok lb-1: net.ipv4.ip_forward is 1/);

      writeFileSync(file, clusterOf('{ id: lb-1, target: nftables, namespace: rlb-none }'));
      const none = await doctor('-t', file, '--state-dir', folder);
      assert.match(none.of('kernel settings'), /failed it could not be looked at: .*rlb-none/);
    }),
);

test('a dispatcher is asked for itself, its nodes and its clock; its store is looked at beside it', (t) =>
  withDirectory(async (folder) => {
    const file = join(folder, 'topology.yaml');
    writeFileSync(file, clusterOf(''));
    const store = `file:${join(folder, 'store')}`;
    const serve = await startServe(t, file, '--store', store);
    const found = await doctor('-t', file, '-d', serve.url, '-s', store);
    assert.match(found.of('dispatcher'), /^ok/);
    assert.match(found.of('clocks'), /^ok 1 agree/);
    assert.match(found.of('nodes'), /^failed 1 of 1 are not up: sfu-1 unknown → roomlb health/);
    assert.match(found.of('store'), /^ok .* can be read/);
    assert.match(found.of('engines'), /^skipped/);
    await serve.stop();
    const { of, code } = await doctor('-t', file, '-d', serve.url, '-s', store);
    assert.equal(code, 1);
    assert.match(of('dispatcher'), /^failed .* does not answer: .*ECONNREFUSED.* → start it/);
    assert.match(of('nodes'), /^skipped/);
  }));

test('a store that is missing, broken or of another format is told', () =>
  withDirectory(async (folder) => {
    const file = join(folder, 'topology.yaml');
    writeFileSync(file, clusterOf(''));
    assert.match(
      (await doctor('-t', file, '-s', `file:${folder}/none`)).of('store'),
      /^warning .*there is no store/,
    );
    mkdirSync(join(folder, 'bad'));
    writeFileSync(join(folder, 'bad', 'claims.mdb'), 'hello');
    assert.match(
      (await doctor('-t', file, '-s', `file:${folder}/bad`)).of('store'),
      /^failed .*not an LMDB file.* → .*roomlb restore/,
    );
    const text = await roomlb('doctor', '-t', file);
    assert.match(text.out, /^ok +topology/);
    assert.match(text.out, /\n\d+ ok, \d+ warning, \d+ failed, \d+ skipped\n$/);
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(text.out, /\x1b/);
    writeFileSync(file, 'cluster: [');
    const invalid = await doctor('-t', file);
    assert.equal(invalid.code, 1);
    assert.match(invalid.of('topology'), /^failed it is not valid: .*topology.yaml:1/);
  }));

test(
  'Redis: version, layout, latency; one that takes no writes, or does not answer',
  { skip: NO_REDIS },
  () =>
    withDirectory(async (folder) => {
      const file = join(folder, 'topology.yaml');
      writeFileSync(file, clusterOf(''));
      const redis = await startRedis();
      try {
        const address = `redis://127.0.0.1:${redis.port}`;
        const args = ['-t', file, '-s', address];
        const empty = (await doctor(...args)).of('store');
        assert.match(empty, /^ok redis \d+\.\d+\.\d+ answers/);
        assert.match(empty, /it holds nothing of this cluster yet/);
        assert.equal(redis.cli('exists', 'roomlb:{small}:meta'), '0', 'nothing was created');
        await openFor(address, ({ claims }) => claims.create('a', claimOn('sfu-1')), { cluster: 'small' });
        assert.match((await doctor(...args)).of('store'), /ok its layout has version 1/);
        redis.cli('hset', 'roomlb:{small}:meta', 'schema', '99');
        assert.match((await doctor(...args)).of('store'), /failed its layout has version 99/);
        redis.cli('replicaof', '127.0.0.1', '9');
        redis.cli('config', 'set', 'replica-serve-stale-data', 'yes');
        assert.match(
          (await doctor(...args)).of('store'),
          /failed it cannot be written: .*READONLY.* → name the primary/,
        );
      } finally {
        await redis.remove();
      }
      const gone = (await doctor('-t', file, '-s', `redis://127.0.0.1:${redis.port}`)).of('store');
      assert.match(gone, /^failed .*cannot be reached/);
    }),
);
