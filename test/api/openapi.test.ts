/** The OpenAPI document: valid, and true of what the server answers. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { SMALL, smallServer } from '../fixtures/cluster.ts';
import { INSTANCE } from '../nodes/said.ts';
import { assertDeclared, openapi, type Paths } from './openapi-answers.ts';

let app: FastifyInstance;
let paths: Paths;
let document: Record<string, unknown>;

before(async () => {
  ({ app } = await smallServer());
  document = await openapi(app);
  paths = document.paths as Paths;
});

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(document);
    assert.ok(valid, JSON.stringify(errors, null, 2));
  });

  test('declares every error as problem+json, and only errors', () => {
    for (const [path, item] of Object.entries(paths)) {
      for (const [method, { responses }] of Object.entries(item)) {
        assert.ok(responses.default, `${method} ${path}`);
        for (const [status, { content = {} }] of Object.entries(responses)) {
          const types = Object.keys(content);
          const where = `${method} ${path} ${status}`;
          if (/^[45]|default/.test(status)) assert.deepEqual(types, ['application/problem+json'], where);
          else assert.ok(!types.includes('application/problem+json'), where);
        }
      }
    }
  });

  test('says which bodies may be left out, and in which types they may come', () => {
    const bodyOf = (path: string, method: string) => paths[path]?.[method]?.requestBody;
    assert.equal(bodyOf('/v1/rooms/{room}', 'put')?.required, false);
    assert.equal(bodyOf('/v1/placements', 'post')?.required, true);
    assert.equal(bodyOf('/v1/nodes/{id}', 'put')?.required, true);
    assert.equal(bodyOf('/v1/nodes/{id}/drain', 'post'), undefined);
    assert.deepEqual(Object.keys(bodyOf('/v1/nodes/{id}', 'patch')?.content ?? {}).sort(), [
      'application/json',
      'application/merge-patch+json',
    ]);
  });

  test('declares the header fields of conditional requests', () => {
    const fields = (path: string, method: string) =>
      (paths[path]?.[method]?.parameters ?? [])
        .filter((parameter) => parameter.in === 'header')
        .map(({ name }) => name.toLowerCase())
        .sort();
    for (const path of ['/v1/nodes/{id}', '/v1/vips/{id}', '/v1/policies/placement']) {
      for (const method of ['put', 'patch', 'delete'])
        assert.deepEqual(fields(path, method), ['if-match', 'if-none-match'], `${method} ${path}`);
    }
    assert.deepEqual(fields('/v1/nodes/{id}/drain', 'post'), ['if-match', 'if-none-match']);
    for (const path of ['/v1/nodes', '/v1/vips/{id}', '/v1/topology', '/v1/intent', '/v1/config/{target}']) {
      assert.deepEqual(fields(path, 'get'), ['if-none-match'], path);
      for (const status of ['200', '304'])
        assert.ok(paths[path]?.get?.responses[status]?.headers?.ETag, `${path} ${status}`);
    }
  });
});

/** Requests in the order in which they are made, and the status that each is answered with. */
const json = { 'content-type': 'application/json' };
type Asked = InjectOptions & { path: string; url: string; status: number };
const REQUESTS: readonly Asked[] = [
  { path: '/v1/rooms/{room}', method: 'PUT', url: '/v1/rooms/a', status: 201 },
  { path: '/v1/rooms/{room}', method: 'PUT', url: '/v1/rooms/a', status: 200 },
  { path: '/v1/rooms/{room}', method: 'PUT', url: '/v1/rooms/a', payload: { zones: 'a' }, status: 400 },
  { path: '/v1/rooms/{room}', method: 'PUT', url: '/v1/rooms/b', payload: { vip: 'x' }, status: 422 },
  { path: '/v1/rooms/{room}', method: 'GET', url: '/v1/rooms/a', status: 200 },
  { path: '/v1/rooms/{room}', method: 'GET', url: '/v1/rooms/none', status: 404 },
  { path: '/v1/rooms', method: 'GET', url: '/v1/rooms?limit=1', status: 200 },
  { path: '/v1/rooms', method: 'GET', url: '/v1/rooms?limit=x', status: 400 },
  { path: '/v1/loads', method: 'GET', url: '/v1/loads', status: 200 },
  {
    path: '/v1/placements',
    method: 'POST',
    url: '/v1/placements',
    payload: { rooms: ['a', 'c'] },
    status: 200,
  },
  { path: '/v1/placements', method: 'POST', url: '/v1/placements', payload: { rooms: [] }, status: 400 },
  {
    path: '/v1/placements',
    method: 'POST',
    url: '/v1/placements',
    payload: { rooms: ['a'], vip: 'x' },
    status: 422,
  },
  { path: '/v1/explain/rooms/{room}', method: 'GET', url: '/v1/explain/rooms/a', status: 200 },
  { path: '/v1/nodes', method: 'GET', url: '/v1/nodes', status: 200 },
  { path: '/v1/nodes/{id}', method: 'GET', url: '/v1/nodes/sfu-1', status: 200 },
  { path: '/v1/nodes/{id}', method: 'GET', url: '/v1/nodes/x', status: 404 },
  { path: '/v1/nodes/{id}', method: 'PATCH', url: '/v1/nodes/sfu-1', payload: { weight: 7 }, status: 200 },
  { path: '/v1/nodes/{id}', method: 'PATCH', url: '/v1/nodes/sfu-1', payload: { weight: 777 }, status: 422 },
  {
    path: '/v1/nodes/{id}',
    method: 'PATCH',
    url: '/v1/nodes/sfu-1',
    payload: {},
    headers: { 'if-match': '"x"' },
    status: 412,
  },
  { path: '/v1/nodes/{id}/drain', method: 'POST', url: '/v1/nodes/sfu-1/drain', status: 200 },
  { path: '/v1/nodes/{id}', method: 'DELETE', url: '/v1/nodes/sfu-1', status: 204 },
  { path: '/v1/vips/{id}', method: 'GET', url: '/v1/vips/public', status: 200 },
  { path: '/v1/policies/placement', method: 'GET', url: '/v1/policies/placement', status: 200 },
  {
    path: '/v1/policies/placement',
    method: 'PATCH',
    url: '/v1/policies/placement',
    payload: { loadBound: 2 },
    status: 200,
  },
  {
    path: '/v1/policies/placement',
    method: 'PUT',
    url: '/v1/policies/placement',
    payload: { loadBound: 0 },
    status: 422,
  },
  { path: '/v1/policies/health', method: 'GET', url: '/v1/policies/health', status: 200 },
  { path: '/v1/policies/health', method: 'PUT', url: '/v1/policies/health', payload: {}, status: 200 },
  { path: '/v1/policies/health', method: 'DELETE', url: '/v1/policies/health', status: 204 },
  { path: '/v1/pins', method: 'GET', url: '/v1/pins', status: 200 },
  { path: '/v1/pins/{room}', method: 'PUT', url: '/v1/pins/p', payload: { node: 'sfu-2' }, status: 201 },
  { path: '/v1/pins/{room}', method: 'PUT', url: '/v1/pins/p', payload: { node: 'sfu-2' }, status: 200 },
  { path: '/v1/pins/{room}', method: 'GET', url: '/v1/pins/p', status: 200 },
  { path: '/v1/rooms/{room}', method: 'PUT', url: '/v1/rooms/p', status: 201 },
  { path: '/v1/explain/rooms/{room}', method: 'GET', url: '/v1/explain/rooms/p', status: 200 },
  { path: '/v1/pins/{room}', method: 'DELETE', url: '/v1/pins/p', status: 204 },
  { path: '/v1/pins/{room}', method: 'GET', url: '/v1/pins/p', status: 404 },
  { path: '/v1/topology', method: 'GET', url: '/v1/topology', status: 200 },
  {
    path: '/v1/topology',
    method: 'GET',
    url: '/v1/topology',
    headers: { 'if-none-match': '*' },
    status: 304,
  },
  { path: '/v1/intent', method: 'GET', url: '/v1/intent', status: 200 },
  { path: '/v1/targets', method: 'GET', url: '/v1/targets', status: 200 },
  { path: '/v1/config/{target}', method: 'GET', url: '/v1/config/haproxy', status: 200 },
  { path: '/v1/config/{target}', method: 'GET', url: '/v1/config/haproxy?format=json', status: 200 },
  { path: '/v1/config/{target}', method: 'GET', url: '/v1/config/abacus', status: 404 },
  { path: '/v1/health', method: 'GET', url: '/v1/health', status: 200 },
  { path: '/v1/nodes/{id}/health', method: 'GET', url: '/v1/nodes/sfu-2/health', status: 200 },
  { path: '/v1/nodes/{id}/health', method: 'GET', url: '/v1/nodes/x/health', status: 404 },
  registration('sfu-2', 200),
  registration('nobody', 404),
  registration('jan-1', 422),
  { ...registration('sfu-2', 400), payload: {} },
  { path: '/v1/version', method: 'GET', url: '/v1/version', status: 200 },
  { path: '/healthz', method: 'GET', url: '/healthz', status: 200 },
  { path: '/readyz', method: 'GET', url: '/readyz', status: 200 },
  // Told by `default`: too large, and from a foreign page.
  {
    path: '/v1/rooms/{room}',
    method: 'PUT',
    url: '/v1/rooms/a',
    headers: json,
    payload: 'x'.repeat(70_000),
    status: 413,
  },
  { path: '/v1/rooms/{room}', method: 'PUT', url: '/v1/rooms/a', headers: { origin: 'null' }, status: 403 },
];

function registration(id: string, status: number): Asked {
  const url = `/v1/nodes/${id}/registration`;
  const payload = { protocol: 1, instance: INSTANCE, version: '0.1.0', mediasoup: '3.19.3' };
  return { path: '/v1/nodes/{id}/registration', method: 'PUT', url, payload, status };
}

describe('answers are what the document says', () => {
  let server: FastifyInstance;
  before(async () => {
    ({ app: server } = await smallServer(SMALL));
  });
  for (const { path, status, ...request } of REQUESTS) {
    test(`${request.method} ${request.url}: ${status}`, async () => {
      const answer = await server.inject(request);
      assert.equal(answer.statusCode, status, answer.body);
      assertDeclared(paths[path]![String(request.method).toLowerCase()]!, answer);
    });
  }
});
