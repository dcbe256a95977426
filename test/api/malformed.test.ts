/** What never reaches a route: answered with problems all the same. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { smallServer } from '../fixtures/cluster.ts';
import { rawRequest, type RawAnswer } from './raw-http.ts';

let app: FastifyInstance;
before(async () => {
  ({ app } = await smallServer());
  await app.listen({ host: '127.0.0.1', port: 0 });
});
after(() => app.close());

function assertProblem({ status, headers, body }: RawAnswer, expected: number): void {
  assert.equal(status, expected, body);
  assert.equal(headers.get('content-type'), 'application/problem+json; charset=utf-8');
  const problem = JSON.parse(body) as { type: string; status: number; detail: string };
  assert.equal(problem.status, expected);
  assert.match(problem.type, /^urn:roomlb:problem:[a-z-]+$/);
  assert.ok(problem.detail.length > 0);
}

const END = 'Host: localhost\r\nConnection: close\r\n\r\n';

describe('bytes that are no request', () => {
  const cases: [string, string, number][] = [
    ['a path that is no UTF-8', `GET /v1/rooms/%ff HTTP/1.1\r\n${END}`, 400],
    ['a path with half an escape', `GET /v1/rooms/%e HTTP/1.1\r\n${END}`, 400],
    ['a path that is far too long', `GET /v1/rooms/${'x'.repeat(4000)} HTTP/1.1\r\n${END}`, 414],
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['a method that nobody knows', `BREW / HTTP/1.1\r\n${END}`, 400],
    ['a control character in a field', `GET / HTTP/1.1\r\nX: a\u0001b\r\n${END}`, 400],
    ['fields that are too large', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n${END}`, 431],
    ['two lengths', `PUT /v1/rooms/r HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n${END}`, 400],
    [
      'a length and chunks',
      `PUT /v1/rooms/r HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n${END}`,
      400,
    ],
    ['a method that no route has', `PROPFIND /v1/rooms HTTP/1.1\r\n${END}`, 404],
  ];
  for (const [name, bytes, status] of cases) {
    test(`${name}: ${status}`, async () => assertProblem(await rawRequest(app, bytes), status));
  }

  test('the server goes on answering', async () => {
    assert.equal((await rawRequest(app, `GET /healthz HTTP/1.1\r\n${END}`)).status, 200);
  });
});
