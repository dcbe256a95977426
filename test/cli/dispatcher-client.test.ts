import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { describe, test } from 'node:test';
import Type from 'typebox';
import { dispatcherClient } from '../../src/cli/dispatcher-client.ts';
import { CliError } from '../../src/cli/exit.ts';
import { closedPort, httpServer, silentTcp, type Listening } from '../health/probes/servers.ts';

const Shape = Type.Object({ id: Type.String() });

async function ask(starting: Promise<Listening>, base = '', timeout = 5000) {
  const server = await starting;
  const { port } = server;
  try {
    return await dispatcherClient(`http://127.0.0.1:${port}${base}`).request('POST', '/v1/x', Shape, timeout);
  } finally {
    await server.close();
  }
}

const answering =
  (status: number, body: unknown): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));

const failsWith = (code: number, says: RegExp) => (error: unknown) =>
  error instanceof CliError && error.code === code && says.test(error.message);

describe('a request to a dispatcher', () => {
  test('has the method and the path below the base URL, and gives the answer', async () => {
    const seen: unknown[] = [];
    const listener: RequestListener = ({ method, url }, response) => {
      seen.push(method, url);
      response.end('{"id":"a","more":1}');
    };
    assert.deepEqual(await ask(httpServer(listener), '/behind/proxy/'), { id: 'a', more: 1 });
    assert.deepEqual(seen, ['POST', '/behind/proxy/v1/x']);
  });

  for (const [what, server, code, says] of [
    [
      'a problem is told in its own words, with its faults',
      () =>
        httpServer(
          answering(422, {
            detail: 'no',
            faults: [{ path: 'nodes[0]', message: 'is bad', hint: 'write x' }],
          }),
        ),
      2,
      /422 no\n {2}nodes\[0\]: is bad \(hint: write x\)$/,
    ],
    ['a 404 that is no problem', () => httpServer(answering(404, 'gone')), 2, /404 Not Found$/],
    [
      'a dispatcher that fails',
      () => httpServer(answering(503, { detail: 'not ready' })),
      3,
      /503 not ready/,
    ],
    ['another server', () => httpServer(answering(200, '<html>')), 3, /not JSON.*dispatcher/],
    ['an answer of another shape', () => httpServer(answering(200, { id: 1 })), 3, /it\/id must be string/],
    [
      'a redirect, which is not followed',
      () => httpServer((_, r) => r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()),
      3,
      /redirect/,
    ],
  ] as const) {
    test(`${what}: exit code ${code}`, () => assert.rejects(ask(server()), failsWith(code, says)));
  }

  test('silence: exit code 3', () =>
    assert.rejects(ask(silentTcp(), '', 50), failsWith(3, /no answer within 50 ms/)));

  test('nobody there: exit code 3, and why', async () => {
    const client = dispatcherClient(`http://127.0.0.1:${await closedPort()}`);
    await assert.rejects(client.request('GET', '/v1/x', Shape), failsWith(3, /ECONNREFUSED/));
  });

  test('what is no base URL is bad input, and secrets in it are not repeated', () => {
    for (const url of ['127.0.0.1:8080', 'ftp://h', 'nonsense', 'http://h/?x=1', 'http://h/#x'])
      assert.throws(() => dispatcherClient(url), failsWith(2, /--dispatcher/));
    assert.throws(
      () => dispatcherClient('http://me:sesame@127.0.0.1'),
      (error) => failsWith(2, /without user/)(error) && !String(error).includes('sesame'),
    );
  });
});
