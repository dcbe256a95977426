/** What ioredis lets nobody hear must not end the process. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as dial, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseRedisAddress } from '../../../src/store/redis/address.ts';
import { connect, disconnect } from '../../../src/store/redis/client.ts';
import { Redis } from '../../../src/store/redis/ioredis.ts';
import { issue, NO_OPENSSL } from '../../fixtures/pki.ts';
import { until } from '../../media-node/support.ts';

/** Told what a process would end by, while the test runs. */
function unheard(t: TestContext): unknown[] {
  const found: unknown[] = [];
  const hear = (error: unknown) => void found.push(error);
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, hear);
    t.after(() => process.off(event, hear));
  }
  return found;
}

async function portOf(t: TestContext, server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket.on('error', () => undefined).on('close', () => open.delete(socket)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

test('a subscription that ioredis renews by itself, and that is not answered, rejects nothing', async (t) => {
  const errors = unheard(t);
  let wanted = 0;
  const server = createServer((socket) => {
    socket.on('data', (bytes) => {
      if (!bytes.toString().includes('subscribe')) return;
      wanted++;
      if (wanted === 1) socket.write('*3\r\n$9\r\nsubscribe\r\n$7\r\nchanges\r\n:1\r\n');
    });
  });
  const port = await portOf(t, server);
  const client = new Redis({
    ...{ port, host: '127.0.0.1', enableReadyCheck: false, disableClientInfo: true, protocol: 2 },
    retryStrategy: () => 1,
  });
  t.after(() => client.disconnect());
  assert.equal(await client.subscribe('changes'), 1);
  client.stream.destroy();
  await until('it asks again', () => wanted === 2);
  client.disconnect();
  await once(client, 'end');
  await sleep(20);
  assert.deepEqual(errors, []);
});

describe('TLS that breaks after its handshake', { skip: NO_OPENSSL }, () => {
  for (const [kind, path] of [
    ['sentinel', '/rooms'],
    ['cluster', ''],
  ] as const) {
    test(`ends no process that asks a ${kind}`, async (t) => {
      const errors = unheard(t);
      const folder = mkdtempSync(join(tmpdir(), 'roomlb-tls-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const { certificate, key } = await issue(folder, 'redis');
      const server = createTlsServer({ cert: certificate, key }, (socket) =>
        socket.on('error', () => undefined),
      );
      server.on('tlsClientError', () => undefined);
      const behind = await portOf(t, server);
      let connections = 0;
      const front = createServer((near) => {
        connections++;
        const far = dial(behind, '127.0.0.1').on('error', () => undefined);
        near.on('close', () => far.destroy()).pipe(far);
        // Whatever the server says is followed by records that are none.
        far.on('data', (bytes) => near.write(Buffer.concat([bytes, GARBAGE])));
      });
      const port = await portOf(t, front);
      const address = parseRedisAddress(`rediss-${kind}://127.0.0.1:${port}${path}`)!;
      const client = connect({ address, tls: { ca: certificate } }, 'commands');
      t.after(() => disconnect(client));
      await until('several attempts', () => connections > 4);
      assert.deepEqual(errors, []);
    });
  }
});

/** Two alerts with nothing well-formed between them. */
const GARBAGE = Buffer.from('1503030002022816030300ffffffffffff15030300020228', 'hex');
