/** What connections may cost: slow ones, and many. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test, type TestContext } from 'node:test';
import { HttpServers, LIMITS, type HttpServersOptions } from '../../src/api/http-server.ts';
import { serverWith } from '../fixtures/cluster.ts';

async function listening(t: TestContext, options: HttpServersOptions): Promise<() => Promise<Socket>> {
  const { app } = await serverWith({ servers: new HttpServers(options) });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    app.server.closeAllConnections();
    return app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  return async () => {
    const socket = connect({ host: '127.0.0.1', port });
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
}

describe('a connection', () => {
  test('has ten seconds for its handshake and its header fields, thirty for a request, where nothing else is said', () => {
    const { headersTimeout, requestTimeout, maxConnections } = new HttpServers().create(() => undefined);
    assert.deepEqual([headersTimeout, requestTimeout, maxConnections], [10_000, 30_000, 20_000]);
    // A server of TLS does not tell it.
    assert.equal(LIMITS.handshakeTimeout, 10_000);
  });

  test('whose header fields come a byte at a time is ended, with 408', async (t) => {
    const open = await listening(t, { limits: { headersTimeout: 100, connectionsCheckingInterval: 50 } });
    const slow = await open();
    slow.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ');
    const dripping = setInterval(() => slow.writable && slow.write('x'), 20);
    t.after(() => clearInterval(dripping));
    assert.match(await text(slow), /^HTTP\/1\.1 408 .*urn:roomlb:problem:malformed-request/s);
  });

  test('beyond as many as there may be is closed, and the others go on', async (t) => {
    const open = await listening(t, { maxConnections: 2 });
    const ask = async (socket: Socket) => {
      socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return String(answer).split(' ')[1];
    };
    const outcome = (socket: Socket) => {
      const closed = once(
        socket.on('error', () => undefined),
        'close',
      ).then(() => 'closed');
      return Promise.race([ask(socket).catch(() => 'closed'), closed]);
    };
    const [first, second] = [await open(), await open()];
    assert.deepEqual([await ask(first), await ask(second)], ['200', '200']);
    assert.equal(await outcome(await open()), 'closed');
    assert.deepEqual([await ask(first), await ask(second)], ['200', '200']);
    first.destroy();
    // Its end is seen a moment later.
    while ((await outcome(await open())) !== '200');
  });
});
