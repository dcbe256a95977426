import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { parseRedisAddress } from '../../../src/store/redis/address.ts';
import { connect, disconnect } from '../../../src/store/redis/client.ts';
import { until } from '../../media-node/support.ts';
import { NO_REDIS, startRedis } from './server.ts';

/** What ioredis does to itself when a sentinel tells of a fail-over. */
interface Inside {
  readonly connector: { disconnect(): void };
}

describe('a connection for news', { skip: NO_REDIS }, () => {
  test('that is lost as soon as it has come back rejects nothing that nobody hears', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.remove());
    const address = parseRedisAddress(`redis://127.0.0.1:${redis.port}`)!;
    const client = connect({ address }, 'news');
    t.after(() => disconnect(client));
    assert.ok(client instanceof Redis);
    await client.subscribe('changes');
    const rejected: unknown[] = [];
    const hear = (reason: unknown) => void rejected.push(reason);
    process.on('unhandledRejection', hear);
    t.after(() => process.off('unhandledRejection', hear));

    let losses = 0;
    client.on('ready', () => ++losses < 3 && client.stream.destroy());
    client.disconnect(true);
    await until('it has been lost twice more', () => losses === 3);
    await sleep(50);
    assert.deepEqual(rejected, []);
  });
});

describe('a connection by Sentinel', { skip: NO_REDIS }, () => {
  test('comes back where a fail-over is told while it connects, and not once it was let go', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.remove());
    const folder = mkdtempSync(join(tmpdir(), 'roomlb-sentinel-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const config = join(folder, 'sentinel.conf');
    writeFileSync(config, `sentinel monitor rooms 127.0.0.1 ${redis.port} 1\n`);
    const sentinel = await startRedis({ sentinel: config });
    t.after(() => sentinel.remove());

    const address = parseRedisAddress(`redis-sentinel://127.0.0.1:${sentinel.port}/rooms`)!;
    const client = connect({ address }, 'commands');
    t.after(() => disconnect(client));
    assert.ok(client instanceof Redis);
    await until('it is ready', () => client.status === 'ready');

    let ended = false;
    client.once('end', () => (ended = true));
    client.once('connecting', () => setImmediate(() => (client as unknown as Inside).connector.disconnect()));
    client.disconnect(true);
    await until('ioredis has given up', () => ended);
    await until('it is ready again', () => client.status === 'ready');
    assert.equal(await client.ping(), 'PONG');

    disconnect(client);
    await until('it has ended', () => client.status === 'end');
    await sleep(300);
    assert.equal(client.status, 'end');
  });
});
