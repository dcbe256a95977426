/** Where an edit by REST may not lead probes and clients. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { SMALL, smallServer } from '../fixtures/cluster.ts';

function edit(app: FastifyInstance, url: string, addresses: readonly string[]) {
  return app.inject({ method: 'PATCH', url, payload: { addresses } });
}

/** The VIP needs an address of each family. */
function withBoth(address: string): string[] {
  return address.includes(':') ? ['203.0.113.77', address] : [address, '2001:db8::10'];
}

describe('an edit by REST', () => {
  test('leads to no loopback, link-local or metadata address, of a node or a VIP', async () => {
    const { app } = await smallServer();
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '169.254.169.254', 'fd00:ec2::254']) {
      for (const url of ['/v1/nodes/sfu-1', '/v1/vips/public']) {
        const answer = await edit(app, url, url.includes('vips') ? withBoth(address) : [address]);
        assert.equal(answer.statusCode, 422, `${url} ${address}`);
        const { faults } = answer.json<{ faults: { path: string; message: string }[] }>();
        assert.match(
          `${faults[0]!.path}: ${faults[0]!.message}`,
          /^(nodes\[\d\]|vips\[0\])\.addresses\[[01]\]: .* is in /,
        );
      }
    }
    assert.equal((await edit(app, '/v1/nodes/sfu-1', ['10.0.1.99'])).statusCode, 200);
  });

  test('may, where the topology has such addresses already', async () => {
    const { app } = await smallServer(SMALL.replaceAll('10.0.1.', '127.0.1.'));
    assert.equal((await edit(app, '/v1/nodes/sfu-1', ['127.0.1.99'])).statusCode, 200);
    assert.equal((await edit(app, '/v1/nodes/sfu-1', ['169.254.169.254'])).statusCode, 422);
  });

  test('keeps nodes within nodeRanges', async () => {
    const { app } = await smallServer(`nodeRanges: [10.0.1.0/24, "fd00::/8", 169.254.7.0/24]${SMALL}`);
    const outside = await edit(app, '/v1/nodes/sfu-1', ['10.0.2.11']);
    assert.equal(outside.statusCode, 422);
    assert.match(outside.body, /10\.0\.2\.11 is in none of nodeRanges/);
    assert.equal((await edit(app, '/v1/nodes/sfu-1', ['169.254.7.1'])).statusCode, 200);
    assert.equal((await edit(app, '/v1/vips/public', withBoth('169.254.7.9'))).statusCode, 200);
    assert.equal((await edit(app, '/v1/vips/public', withBoth('127.0.0.1'))).statusCode, 422);
  });

  test('lets a VIP be where nodes may be, and nowhere else of the kind', async () => {
    const { app } = await smallServer(`nodeRanges: [10.0.1.0/24, "fd00::/8", 127.0.9.0/24]${SMALL}`);
    assert.equal((await edit(app, '/v1/vips/public', withBoth('127.0.8.1'))).statusCode, 422);
    assert.equal((await edit(app, '/v1/vips/public', withBoth('127.0.9.1'))).statusCode, 200);
  });
});
