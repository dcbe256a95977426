/** Several `roomlb serve` on one Redis, as processes. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { SMALL } from '../fixtures/cluster.ts';
import { until } from '../media-node/support.ts';
import {
  NO_REDIS,
  sparePort,
  startRedis,
  type RedisServer,
  type ServerOptions,
} from '../store/redis/server.ts';
import { fileSite } from './file-site.ts';
import { startRoomlb, startServe } from './roomlb-process.ts';

const PASSWORD = 'open-sesame-of-the-test';

async function put(url: string, room: string): Promise<{ status: number; node: string; degraded: boolean }> {
  const response = await fetch(`${url}/v1/rooms/${room}`, { method: 'PUT' });
  const body = (await response.json()) as { node: { id: string }; degraded?: true };
  return { status: response.status, node: body.node.id, degraded: body.degraded ?? false };
}

const json = async (url: string) => (await fetch(url)).json() as Promise<Record<string, unknown>>;

const REDIS = {
  args: ['--requirepass', PASSWORD],
  cliArgs: ['--no-auth-warning', '-a', PASSWORD],
};

async function withPassword(t: TestContext, more: Partial<ServerOptions> = {}): Promise<RedisServer> {
  const redis = await startRedis({ ...REDIS, ...more });
  t.after(() => redis.remove());
  return redis;
}

describe('roomlb serve --store redis://', { skip: NO_REDIS, concurrency: true }, () => {
  let folder: string;
  let topology: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roomlb-serve-redis-'));
    topology = join(folder, 'topology.yaml');
    await writeFile(topology, SMALL);
    await writeFile(join(folder, 'password'), `${PASSWORD}\n`);
    await writeFile(join(folder, 'wrong'), 'close-sesame\n');
  });
  after(() => rm(folder, { recursive: true }));

  test('replicas give one answer, follow one topology, and outlive one another and Redis', async (t) => {
    let redis = await withPassword(t);
    const store = [
      '--store',
      `redis://127.0.0.1:${redis.port}`,
      '--store-password-file',
      join(folder, 'password'),
    ];
    const [a, b] = await Promise.all([startServe(t, topology, ...store), startServe(t, topology, ...store)]);
    const both = await Promise.all(
      ['a', 'b', 'c', 'd'].flatMap((room) => [put(a.url, room), put(b.url, room)]),
    );
    for (let i = 0; i < both.length; i += 2) {
      assert.equal(both[i]!.node, both[i + 1]!.node);
      assert.deepEqual([both[i]!.status, both[i + 1]!.status].sort(), [200, 201]);
    }
    await until('both to know both', async () =>
      (await Promise.all([a, b].map(({ url }) => json(`${url}/v1/replicas`)))).every(
        ({ replicas }) => (replicas as unknown[]).length === 2,
      ),
    );

    const drained = await fetch(`${a.url}/v1/nodes/sfu-1/drain`, { method: 'POST' });
    assert.equal(drained.status, 200);
    await until('b to follow', async () => (await json(`${b.url}/v1/nodes/sfu-1`)).state === 'draining');
    const etag = drained.headers.get('etag')!;
    await fetch(`${b.url}/v1/nodes/sfu-1/undrain`, { method: 'POST' });
    const late = await fetch(`${a.url}/v1/nodes/sfu-1/drain`, {
      method: 'POST',
      headers: { 'if-match': etag },
    });
    assert.equal(late.status, 412);
    const { revision } = (await late.json()) as { revision: string };
    const current = await fetch(`${b.url}/v1/topology`);
    assert.equal(current.headers.get('etag'), `"${revision}"`);

    await a.stop('SIGKILL');
    const alone = await put(b.url, 'a');
    assert.deepEqual(alone, { status: 200, node: both[0]!.node, degraded: false });
    await until(
      'a to be missed',
      async () => ((await json(`${b.url}/v1/replicas`)).replicas as unknown[]).length === 1,
    );

    await redis.kill();
    await until('Redis to be missed', async () => (await json(`${b.url}/readyz`)).status === 'degraded');
    assert.equal((await fetch(`${b.url}/healthz`)).status, 200);
    assert.deepEqual(await put(b.url, 'a'), { status: 200, node: both[0]!.node, degraded: true });
    assert.equal((await put(b.url, 'new')).degraded, true);
    assert.equal((await fetch(`${b.url}/v1/nodes/sfu-1/drain`, { method: 'POST' })).status, 503);
    assert.match(await (await fetch(`${b.url}/metrics`)).text(), /^roomlb_store_degraded 1$/m);
    redis = await withPassword(t, redis);
    await until('Redis to be back', async () => (await json(`${b.url}/readyz`)).status === 'ready');
    assert.equal(redis.cli('hlen', 'roomlb:{small}:rooms'), '5');
    assert.ok(![...b.out, b.err()].join('').includes(PASSWORD));
    assert.equal(await b.stop(), 0);
  });

  test('one replica at a time changes a balancer, and another goes on where it is killed', async (t) => {
    const [site, redis] = [await fileSite(t), await withPassword(t)];
    process.env.ROOMLB_REDIS_PASSWORD = PASSWORD;
    t.after(() => delete process.env.ROOMLB_REDIS_PASSWORD);
    const args = [
      '--store',
      `redis://127.0.0.1:${redis.port}`,
      '--store-prefix',
      'roomlb-apply',
      '--apply',
      'lb-1',
    ];
    const first = await startServe(t, site.topology, ...args, '--state-dir', site.state);
    await until('the first to apply', async () => (await site.status(first.url)).standing === 'in-sync');
    const second = await startServe(t, site.topology, ...args, '--state-dir', site.state);
    await until('the second to stand by', async () => (await site.status(second.url)).standing === 'standby');
    const refused = await fetch(`${second.url}/v1/targets/lb-1/apply`, { method: 'POST' });
    assert.equal(refused.status, 409);
    assert.match(((await refused.json()) as { detail: string }).detail, /^replica .* changes it/);

    await first.stop('SIGKILL');
    await site.patchNode(second.url, 'sfu-2', { weight: 7 });
    await until(
      'the second to go on',
      async () => (await site.file())?.match(/server sfu-2 .*weight 7\b/) !== null,
    );
    await until('it to say so', async () => (await site.status(second.url)).standing === 'in-sync');
    assert.equal(await second.stop(), 0);
  });

  test('a password among the arguments is refused without repeating it, and so is a wrong one', async (t) => {
    const redis = await withPassword(t);
    const said = async (...args: string[]) => {
      const process = startRoomlb(
        t,
        'serve',
        '-t',
        topology,
        '--no-probes',
        '--listen',
        '127.0.0.1:0',
        ...args,
      );
      const code = await process.ended;
      return { code, text: process.err() + process.out.join('\n') };
    };
    const [refused, nobody, locked] = await Promise.all([
      said('--store', `redis://:${PASSWORD}@127.0.0.1:${redis.port}`),
      said('--store', `redis://127.0.0.1:${await sparePort()}`),
      said('--store', `redis://127.0.0.1:${redis.port}`, '--store-password-file', join(folder, 'wrong')),
    ]);
    assert.equal(refused.code, 2);
    assert.match(refused.text, /must not contain a password.*ROOMLB_REDIS_PASSWORD/s);
    assert.ok(!refused.text.includes(PASSWORD));
    assert.equal(nobody.code, 3);
    assert.match(nobody.text, /cannot be reached: connect ECONNREFUSED/);
    assert.equal(locked.code, 3);
    assert.match(locked.text, /WRONGPASS/);
  });
});
