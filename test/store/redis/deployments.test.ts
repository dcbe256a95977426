/** Ways to run Redis: with TLS and an ACL user, behind Sentinel, as a cluster. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { claimOn, listAll } from '../stores.ts';
import { openReplica, recovered, until } from './replicas.ts';
import { NO_REDIS, sparePort, startRedis, type RedisServer } from './server.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'roomlb-redis-tls-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const SLOTS = 16_384;

/** Masters of one cluster, the slots shared out among them; each knows all of it. */
async function startCluster(t: TestContext, count: number): Promise<RedisServer[]> {
  const members = await Promise.all(
    Array.from({ length: count }, async () => {
      const bus = await sparePort();
      const args = [
        '--cluster-enabled',
        'yes',
        '--cluster-announce-ip',
        '127.0.0.1',
        '--cluster-port',
        `${bus}`,
      ];
      const redis = await startRedis({ args });
      t.after(() => redis.remove());
      return { redis, bus };
    }),
  );
  const all = members.map(({ redis }) => redis);
  const first = (i: number) => Math.ceil((SLOTS * i) / count);
  for (const [i, redis] of all.entries()) {
    // Two that begin with the same epoch would have to find out whose word counts.
    redis.cli('cluster', 'set-config-epoch', `${i + 1}`);
    redis.cli('cluster', 'addslotsrange', `${first(i)}`, `${first(i + 1) - 1}`);
  }
  for (const { redis, bus } of members.slice(1))
    all[0]?.cli('cluster', 'meet', '127.0.0.1', `${redis.port}`, `${bus}`);
  await until('the cluster', () =>
    all.every((redis) => /cluster_state:ok[^]*cluster_slots_ok:16384/.test(redis.cli('cluster', 'info'))),
  );
  return all;
}

/** Moves a slot with all its keys, as a cluster is rebalanced: `redis-cli --cluster reshard` takes these steps. */
function moveSlot(all: readonly RedisServer[], slot: string, from: RedisServer, to: RedisServer): void {
  const [source, target] = [from, to].map((redis) => redis.cli('cluster', 'myid'));
  to.cli('cluster', 'setslot', slot, 'importing', source!);
  from.cli('cluster', 'setslot', slot, 'migrating', target!);
  const keys = from.cli('cluster', 'getkeysinslot', slot, '100').split('\n');
  from.cli('migrate', '127.0.0.1', `${to.port}`, '', '0', '5000', 'keys', ...keys);
  for (const redis of [to, ...all.filter((each) => each !== to)]) {
    redis.cli('cluster', 'setslot', slot, 'node', target!);
  }
}

/** A certificate of 127.0.0.1 that vouches for itself. */
function certify(path: string, name: string): { cert: string; key: string } {
  const [cert, key] = [join(path, `${name}.pem`), join(path, `${name}.key`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-nodes', '-days', '2', ...curve, ...subject, '-keyout', key, '-out', cert],
    {
      stdio: 'ignore',
    },
  );
  return { cert, key };
}

describe('Redis', { skip: NO_REDIS }, () => {
  test('is spoken to by TLS with certificates of both sides, as an ACL user with no more rights than README names', async (t) => {
    const path = folder(t);
    const [server, client] = [certify(path, 'server'), certify(path, 'client')];
    writeFileSync(
      join(path, 'cas.pem'),
      readFileSync(server.cert, 'utf8') + readFileSync(client.cert, 'utf8'),
    );
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const rule = /ACL SETUSER (roomlb on .*)/.exec(readme)?.[1] ?? assert.fail('README names no ACL');
    writeFileSync(
      join(path, 'users.acl'),
      `user default off\nuser ${rule.replace('>SECRET', '>s3cret-of-the-test')}\n`,
    );
    const tlsPort = await sparePort();
    const redis = await startRedis({
      port: await sparePort(),
      args: [
        ...['--tls-port', String(tlsPort), '--tls-cert-file', server.cert, '--tls-key-file', server.key],
        ...['--tls-ca-cert-file', join(path, 'cas.pem'), '--aclfile', join(path, 'users.acl')],
      ],
    });
    t.after(() => redis.remove());
    const ca = readFileSync(server.cert);
    const tls = { ca, certificate: readFileSync(client.cert), key: readFileSync(client.key) };
    const password = 's3cret-of-the-test';
    const spec = `rediss://roomlb@127.0.0.1:${tlsPort}`;
    const [a, b] = [
      await openReplica(t, spec, { tls, password }),
      await openReplica(t, spec, { tls, password }),
    ];
    await a.claims.create('standup', claimOn('sfu-1'));
    await until('b to follow', () => b.claims.total() === 1);
    assert.equal(await a.once.take('one', 'a', Date.now() + 60_000), true);
    assert.doesNotMatch(a.description, /s3cret/);

    await assert.rejects(openReplica(t, spec, { tls, password: 'wrong' }), /WRONGPASS/);
    await assert.rejects(openReplica(t, spec, { tls: { ca }, password }), /cannot be reached/);
    await assert.rejects(
      openReplica(t, spec, { tls: { ...tls, ca: tls.certificate }, password }),
      /certificate/,
    );
    const other = { tls, password, prefix: 'others' };
    await assert.rejects(openReplica(t, spec, other), /NOPERM/);
  });

  test('fails over by Sentinel: what was answered before and meanwhile is there', async (t) => {
    const master = await startRedis();
    t.after(() => master.remove());
    const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    t.after(() => replica.remove());
    await until('replication', () => replica.cli('info', 'replication').includes('master_link_status:up'));
    const path = folder(t);
    const config = join(path, 'sentinel.conf');
    writeFileSync(
      config,
      `sentinel monitor rooms 127.0.0.1 ${master.port} 1\n` +
        'sentinel down-after-milliseconds rooms 500\nsentinel failover-timeout rooms 3000\n',
    );
    const sentinel = await startRedis({ sentinel: config });
    t.after(() => sentinel.remove());
    await until('the replica to be known', () =>
      sentinel.cli('sentinel', 'replicas', 'rooms').includes(String(replica.port)),
    );
    const a = await openReplica(t, `redis-sentinel://127.0.0.1:${sentinel.port}/rooms`);
    await a.claims.create('before', claimOn('sfu-1'));
    await master.kill();
    await until('the loss to be noticed', () => a.claims.degraded);
    await a.claims.create('meanwhile', claimOn('sfu-2'));
    assert.equal((await a.claims.get('before'))?.node, 'sfu-1');
    await recovered(a);
    assert.deepEqual(await listAll(a), ['before', 'meanwhile']);
    assert.equal(replica.cli('hlen', 'roomlb:{test}:rooms'), '2');
  });

  test('is a cluster: all keys of one RoomLB cluster are in one slot', async (t) => {
    const redis = (await startCluster(t, 1))[0]!;
    const spec = `redis-cluster://127.0.0.1:${redis.port}`;
    const [a, b] = [await openReplica(t, spec), await openReplica(t, spec)];
    await Promise.all(Array.from({ length: 50 }, (_, i) => a.claims.create(`r-${i}`, claimOn('sfu-1'))));
    await a.topology.write({ seed: {}, current: {}, version: 1 }, 0);
    await a.notes.write('health', { fine: true });
    const later = Date.now() + 60_000;
    assert.deepEqual(
      [await a.once.take('one', 'a', later), await b.once.take('one', 'b', later)],
      [true, false],
    );
    await until('b to follow', () => b.claims.total() === 50);
    const slots = redis
      .cli('keys', '*')
      .split('\n')
      .map((key) => redis.cli('cluster', 'keyslot', key));
    assert.equal(new Set(slots).size, 1);
    redis.child.kill('SIGSTOP');
    await assert.rejects(b.claims.create('meanwhile', claimOn('sfu-2')), { name: 'StoreUnavailable' });
    await b.claims.create('meanwhile', claimOn('sfu-2'));
    redis.child.kill('SIGCONT');
    await recovered(a, b);
    await until('a to follow', () => a.claims.total() === 51);
  });

  test('is a cluster of three masters: found from any of them, and followed when the claims move to another', async (t) => {
    const all = await startCluster(t, 3);
    const replicas = await Promise.all(
      all.map(({ port }) => openReplica(t, `redis-cluster://127.0.0.1:${port}`)),
    );
    const create = (from: number, to: number) =>
      Promise.all(
        Array.from({ length: to - from }, async (_, i) => {
          const room = `r-${from + i}`;
          const { created } = await replicas[i % 3]!.claims.create(room, claimOn('sfu-1'));
          assert.ok(created, room);
        }),
      );
    const agreed = (count: number) =>
      until('all to agree', () => replicas.every(({ claims }) => claims.total() === count));
    await create(0, 60);
    await agreed(60);
    assert.deepEqual(
      all.map((redis) => redis.cli('dbsize') !== '0').filter((used) => used),
      [true],
      'all keys are on one master',
    );
    const slot = all[0]!.cli('cluster', 'keyslot', 'roomlb:{test}:rooms');
    const from = all.find((redis) => redis.cli('dbsize') !== '0')!;
    const to = all.find((redis) => redis !== from)!;

    moveSlot(all, slot, from, to);
    // Who asks meanwhile may be told to try again, which is the loss of a store that is soon found again.
    await until('allocations to go on', async () => {
      const asked = replicas.map(({ claims }, i) => claims.create(`moved-${i}`, claimOn('sfu-2')));
      const answers = await Promise.allSettled(asked);
      return answers.every(({ status }) => status === 'fulfilled');
    });
    await recovered(...replicas);
    await agreed(63);
    assert.deepEqual([from.cli('dbsize'), to.cli('hlen', 'roomlb:{test}:rooms')], ['0', '63']);
    assert.match(from.cli('info', 'errorstats'), /errorstat_MOVED:count=[1-9]/);
    for (const replica of replicas) assert.equal((await listAll(replica)).length, 63);
    const told = replicas.flatMap((replica) => replica.told.map(({ type }) => type));
    assert.ok(!told.includes('room.conflict'));
  });
});
