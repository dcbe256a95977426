import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { allListening } from '../../src/media-node/listening.ts';
import { loopback } from './support.ts';

// 192.0.2.0/24 is for documentation (RFC 5737): binding fails, nothing is sent.
const NOT_HERE = '192.0.2.1';

async function start(t: TestContext, addresses: readonly string[], port: number): Promise<Server[]> {
  const servers = addresses.map(() => createServer());
  const close = () => servers.forEach((server) => server.close());
  t.after(close);
  await allListening(servers, addresses, (server, host) => server.listen({ host, port }), close);
  return servers;
}

describe('listening on several addresses', () => {
  test('each server gets its own, and it is done when all listen', async (t) => {
    const addresses = [loopback(101), loopback(102)];
    const servers = await start(t, addresses, 4000);
    const bound = servers.map((server) => (server.address() as AddressInfo).address);
    assert.deepEqual(bound, addresses);
  });

  test('where one cannot, it fails with the reason, and none is left listening', async (t) => {
    const addresses = [loopback(103), NOT_HERE, loopback(104)];
    await assert.rejects(start(t, addresses, 4000), { code: 'EADDRNOTAVAIL', address: NOT_HERE });
    await start(t, [loopback(103), loopback(104)], 4000);
  });
});
