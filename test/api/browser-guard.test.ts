import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { smallServer } from '../fixtures/cluster.ts';
import { rawRequest } from './raw-http.ts';

const DRAIN = '/v1/nodes/sfu-1/drain';
const HOST = '127.0.0.1:8080';

describe('what a web page can make a browser do', () => {
  test('a page of another origin can change nothing, by any method', async () => {
    const { app, dispatcher } = await smallServer();
    const foreign = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: `http://${HOST}` },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:9999' },
      { origin: `http://${HOST}.evil.example` },
      { origin: '' },
    ];
    const requests = [
      ['POST', DRAIN],
      ['PUT', '/v1/rooms/r'],
      ['DELETE', '/v1/nodes/sfu-1'],
      ['PATCH', '/v1/nodes/sfu-1'],
      ['POST', '/v1/nothing'],
    ] as const;
    for (const headers of foreign) {
      for (const [method, url] of requests) {
        const answer = await app.inject({ method, url, headers: { host: HOST, ...headers } });
        assert.equal(answer.statusCode, 403, `${method} ${url} ${JSON.stringify(headers)}`);
        assert.equal(answer.json().type, 'urn:roomlb:problem:foreign-origin');
      }
    }
    assert.equal(dispatcher.claims.total(), 0);
    assert.equal(dispatcher.snapshot.view.nodes.get('sfu-1')?.state, 'active');
  });

  test('no page can have the pages of this server in a frame', async () => {
    const { app } = await smallServer();
    for (const url of ['/docs', '/docs/', '/docs/static/swagger-ui.css']) {
      const { statusCode, headers } = await app.inject({ url, headers: { host: HOST } });
      assert.deepEqual(
        [statusCode, headers['content-security-policy']],
        [200, "frame-ancestors 'none'"],
        url,
      );
    }
  });

  test('pages of this server, people and programs can; and anybody may read what browsers let them', async () => {
    const { app } = await smallServer();
    const own = [
      {},
      { 'sec-fetch-site': 'same-origin', origin: `http://${HOST}` },
      // A proxy in front that ends TLS and names another host: the browser knows better.
      { 'sec-fetch-site': 'same-origin', origin: 'https://rooms.example.net' },
      { 'sec-fetch-site': 'none' },
      { origin: `http://${HOST}` },
      { origin: `https://${HOST}` },
    ];
    for (const headers of own) {
      const answer = await app.inject({ method: 'POST', url: DRAIN, headers: { host: HOST, ...headers } });
      assert.equal(answer.statusCode, 200, JSON.stringify(headers));
    }
    const read = await app.inject({ url: '/v1/nodes', headers: { origin: 'https://evil.example' } });
    assert.equal(read.statusCode, 200);
    assert.equal(read.headers['access-control-allow-origin'], undefined);
  });

  test('a WebSocket is no safe request, though it begins as a GET', async () => {
    const { app } = await smallServer();
    const upgrade = { host: HOST, connection: 'upgrade', upgrade: 'websocket' };
    const to = (headers: object) =>
      app.inject({ url: '/v1/nodes/sfu-1/heartbeat', headers: { ...upgrade, ...headers } });
    assert.equal((await to({ origin: 'https://evil.example' })).statusCode, 403);
    assert.equal((await to({ 'sec-fetch-site': 'cross-site' })).statusCode, 403);
    assert.notEqual((await to({})).statusCode, 403);
    assert.notEqual((await to({ origin: `http://${HOST}` })).statusCode, 403);
  });

  test('the pages at /docs get all that they ask for', async () => {
    const { app } = await smallServer();
    const page = { host: HOST, 'sec-fetch-site': 'same-origin', origin: `http://${HOST}` };
    const { body } = await app.inject({ url: '/docs/', headers: { host: HOST, 'sec-fetch-site': 'none' } });
    const parts = [...body.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)].map(([, path]) => path);
    assert.ok(parts.length > 3, body);
    for (const part of [...parts, 'json']) {
      const url = part!.startsWith('docs/') ? `/${part}` : `/docs/${part}`;
      assert.equal((await app.inject({ url, headers: page })).statusCode, 200, url);
    }
  });
});

describe('the host that a request is for', () => {
  const LOCAL = [
    'localhost',
    'localhost:8080',
    'LOCALHOST:1',
    '127.0.0.1',
    '127.9.9.9:80',
    '[::1]:8080',
    '[::1]',
  ];
  const FOREIGN = [
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '[::2]',
    '0.0.0.0',
  ];

  test('is this machine, where the server listens on loopback: a name that was pointed here is refused', async () => {
    const { app } = await smallServer(undefined, undefined, []);
    for (const host of LOCAL)
      assert.equal((await app.inject({ url: '/healthz', headers: { host } })).statusCode, 200, host);
    for (const host of FOREIGN) {
      for (const headers of [{ host }, { host, 'sec-fetch-site': 'same-origin', origin: `http://${host}` }]) {
        const answer = await app.inject({ url: '/v1/nodes', headers });
        assert.equal(answer.statusCode, 421, host);
        assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
      }
    }
    assert.equal((await app.inject({ url: '/healthz', headers: { host: 'localhost' } })).statusCode, 200);
  });

  test('may be any of the names it was told, and any at all where it was told none', async () => {
    const { app } = await smallServer(undefined, undefined, ['Rooms.example.net']);
    const ask = async (host: string) => (await app.inject({ url: '/healthz', headers: { host } })).statusCode;
    assert.equal(await ask('rooms.EXAMPLE.net:443'), 200);
    assert.equal(await ask('localhost'), 200);
    assert.equal(await ask('evil.example'), 421);
    const { app: open } = await smallServer();
    assert.equal((await open.inject({ url: '/healthz', headers: { host: 'evil.example' } })).statusCode, 200);
  });

  test('is named in every request but those of HTTP/1.0', async () => {
    const { app } = await smallServer(undefined, undefined, []);
    await app.listen({ host: '127.0.0.1', port: 0 });
    try {
      const without = await rawRequest(app, 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n');
      assert.equal(without.status, 400);
      assert.match(without.headers.get('content-type') ?? '', /^application\/problem\+json/);
      assert.equal((await rawRequest(app, 'GET /healthz HTTP/1.0\r\n\r\n')).status, 200);
      const odd = await rawRequest(app, 'GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n');
      assert.equal(odd.status, 400);
      for (const fields of ['Host: localhost\r\nHost: evil.example', 'host: localhost\r\nHOST: localhost']) {
        const twice = await rawRequest(
          app,
          `GET /healthz HTTP/1.1\r\n${fields}\r\nConnection: close\r\n\r\n`,
        );
        assert.equal(twice.status, 400, fields);
        assert.match(twice.body, /two Host fields/);
      }
      for (const [url, status] of [
        ['http://localhost/healthz', 200],
        ['http://evil.example/healthz', 421],
        ['HTTP://evil.example:80/healthz?http://localhost/', 421],
        ['http://localhost@evil.example/healthz', 400],
      ] as const) {
        const text = `GET ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
        assert.equal((await rawRequest(app, text)).status, status, url);
      }
    } finally {
      await app.close();
    }
  });
});
