import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { EndpointOf } from '../../../src/health/endpoint.ts';
import { httpProbe } from '../../../src/health/probes/http.ts';
import { httpAt } from '../endpoints.ts';
import { httpServer, listen } from './servers.ts';

async function ask(listener: RequestListener, more: Partial<EndpointOf<'http'>> = {}) {
  const server = await httpServer(listener);
  try {
    return await httpProbe().run(httpAt(server.port, more));
  } finally {
    await server.close();
  }
}

const answering =
  (status: number, body = 'fine'): RequestListener =>
  (_, response) =>
    response.writeHead(status, { location: 'http://192.0.2.1/' }).end(body);

describe('the http probe', () => {
  const table = [
    ['any 2xx', 204, {}, 'ok'],
    ['a 503, by which the node itself says so', 503, {}, 'says-down'],
    ['a 404', 404, {}, 'wrong-answer'],
    ['a redirect, which is not followed', 302, {}, 'wrong-answer'],
    ['a status that is listed', 404, { status: [200, 404] }, 'ok'],
    ['a 2xx that is not listed', 204, { status: [200] }, 'wrong-answer'],
    ['the text that is asked for', 200, { body: 'ine' }, 'ok'],
    ['another text than is asked for', 200, { body: 'good' }, 'wrong-answer'],
  ] as const;
  for (const [what, status, more, expected] of table) {
    test(`takes ${what} for ${expected}`, async () => {
      const outcome = await ask(answering(status), more);
      assert.equal(outcome.kind === 'failure' ? outcome.reason : outcome.kind, expected);
    });
  }

  test('asks for the path, by GET, with the Host header that is set', async () => {
    let seen: unknown;
    const listener: RequestListener = ({ method, url, headers: { host } }, response) => {
      seen = { method, url, host };
      response.end();
    };
    await ask(listener, { path: '/a?b=c', host: 'sfu.example.net' });
    assert.deepEqual(seen, { method: 'GET', url: '/a?b=c', host: 'sfu.example.net' });
  });

  test('names address and port as Host where none is set', async () => {
    let seen: string | undefined;
    const server = await httpServer(({ headers: { host } }, response) => {
      seen = host;
      response.end();
    });
    await httpProbe().run(httpAt(server.port));
    await server.close();
    assert.equal(seen, `127.0.0.1:${server.port}`);
  });

  test('reads no more of an endless body than it needs', async () => {
    const outcome = await ask((_, response) => {
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        response.once('drain', pour);
      };
      pour();
    });
    assert.equal(outcome.kind, 'ok');
  });

  test('does not wait for a body that drips', async () => {
    const outcome = await ask((_, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    assert.equal(outcome.kind, 'timeout');
  });
});

const openssl = spawnSync('openssl', ['version']).status === 0;

describe('the http probe over TLS', { skip: openssl ? false : 'openssl is not installed' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-http-probe-'));
  const file = (name: string) => join(folder, name);
  const certificate = () => {
    const subject = ['-subj', '/CN=sfu.example.net', '-addext', 'subjectAltName=DNS:sfu.example.net'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('key')];
    execFileSync('openssl', ['req', '-x509', ...key, '-out', file('cert'), '-days', '2', ...subject], {
      stdio: 'ignore',
    });
    return { key: readFileSync(file('key')), cert: readFileSync(file('cert')) };
  };

  test('verify refuses a certificate that nobody vouches for, insecure takes it, and plain HTTP is told', async () => {
    let names: (string | false)[] = [];
    const server = createHttpsServer(certificate(), (_, response) => response.end());
    server.on(
      'secureConnection',
      ({ servername }: { servername: string | false }) => (names = [...names, servername]),
    );
    const listening = await listen(server);
    const run = (more: Partial<EndpointOf<'http'>>) =>
      httpProbe().run(httpAt(listening.port, { host: 'sfu.example.net', ...more }));
    const verified = await run({ tls: 'verify' });
    assert.ok(verified.kind === 'failure' && verified.reason === 'wrong-answer');
    assert.match(verified.why, /^TLS: /);
    assert.equal((await run({ tls: 'insecure' })).kind, 'ok');
    assert.deepEqual(new Set(names), new Set(['sfu.example.net']));
    assert.equal((await run({ tls: 'off' })).kind, 'failure');
    await listening.close();
    const plain = await ask(answering(200), { tls: 'insecure' });
    assert.ok(plain.kind === 'failure');
    assert.match(plain.why, /^TLS: /);
    rmSync(folder, { recursive: true });
  });
});
