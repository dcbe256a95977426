/** Bodies that a client got wrong, by a slip or on purpose. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { smallServer } from '../fixtures/cluster.ts';

let app: FastifyInstance;
before(async () => {
  ({ app } = await smallServer());
});

const JSON_HEADERS = { 'content-type': 'application/json' };
const put = (payload: unknown) =>
  app.inject({
    method: 'PUT',
    url: '/v1/rooms/r',
    headers: JSON_HEADERS,
    payload: JSON.stringify(payload),
  });

describe('the fault that a bad body is answered with', () => {
  test('names an unknown key and the nearest known one, or all there are', async () => {
    const slip = (await put({ zones: 'a' })).json();
    assert.deepEqual(slip.faults, [
      { path: 'body.zones', message: 'unknown key "zones"', hint: 'did you mean "zone"?' },
    ]);
    assert.equal(slip.detail, 'body.zones: unknown key "zones" (did you mean "zone"?)');
    const far = (await put({ colour: 'red' })).json();
    assert.equal(far.faults[0].hint, 'known here: kind, zone, nodeKind, vip, participants');
    const preview = await app.inject({
      method: 'POST',
      url: '/v1/placements',
      payload: { room: ['a'], rooms: ['a'] },
    });
    assert.equal(preview.json().faults[0].hint, 'did you mean "rooms"?');
    const odd = (await put({ 'a/b~\u001b[2J': 1 })).json();
    assert.equal(odd.faults[0].message, 'unknown key "a/b~\\u001b[2J"');
  });

  test('names the choices, the type, and the place in a list', async () => {
    const kind = (await put({ kind: 'conferense' })).json().faults[0];
    assert.deepEqual(kind, {
      path: 'body.kind',
      message: 'must be one of conference, broadcast',
      hint: 'did you mean "conference"?',
    });
    assert.equal((await put([])).json().detail, 'body: must be object or null');
    const rooms = await app.inject({ method: 'POST', url: '/v1/placements', payload: { rooms: ['a', 7] } });
    assert.equal(rooms.json().detail, 'body.rooms[1]: must be string');
    const none = await app.inject({ method: 'POST', url: '/v1/placements', payload: {} });
    assert.equal(none.json().detail, 'body.rooms: is missing');
  });

  test('is 422 for a VIP that does not exist, with the nearest one that does', async () => {
    for (const [method, url, body] of [
      ['PUT', '/v1/rooms/r', {}],
      ['POST', '/v1/placements', { rooms: ['r'] }],
    ] as const) {
      const answer = await app.inject({ method, url, payload: { ...body, vip: 'pubic' } });
      assert.equal(answer.statusCode, 422, answer.body);
      assert.equal(answer.json().type, 'urn:roomlb:problem:no-such-vip');
      assert.equal(answer.json().faults[0].hint, 'did you mean "public"?');
    }
  });
});

describe('types of bodies', () => {
  const change = (method: 'PATCH' | 'PUT', type: string, payload: string) =>
    app.inject({ method, url: '/v1/nodes/sfu-1', headers: { 'content-type': type }, payload });

  test('PATCH takes application/merge-patch+json as it takes application/json', async () => {
    for (const type of ['application/merge-patch+json', 'application/merge-patch+json; charset=utf-8']) {
      const answer = await change('PATCH', type, '{"weight": 9}');
      assert.deepEqual([answer.statusCode, answer.json().weight], [200, 9]);
      assert.equal((await change('PATCH', type, '{"weight"')).statusCode, 400);
      assert.equal((await change('PATCH', type, '')).statusCode, 400);
    }
    const vip = await app.inject({
      method: 'PATCH',
      url: '/v1/vips/public',
      headers: { 'content-type': 'application/merge-patch+json' },
      payload: '{}',
    });
    assert.equal(vip.statusCode, 200);
  });

  test('anything else is refused with 415, and a merge patch that is PUT as well', async () => {
    for (const [method, type] of [
      ['PATCH', 'application/json-patch+json'],
      ['PATCH', 'text/html'],
      ['PUT', 'application/merge-patch+json'],
      ['PUT', 'application/yaml'],
    ] as const) {
      const answer = await change(method, type, '{"weight": 1}');
      assert.equal(answer.statusCode, 415, `${method} ${type}`);
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    }
  });
});

describe('JSON that is nested thousands of levels deep', () => {
  const deep = (levels: number, open: string, close: string) =>
    `${open.repeat(levels)}1${close.repeat(levels)}`;
  const bodies = [
    deep(9000, '{"a":', '}'),
    `{"media":${deep(9000, '{"a":', '}')}}`,
    `{"addresses":${deep(30_000, '[', ']')}}`,
    `{"zone":${deep(5000, '[{"a":', '}]')}}`,
    deep(30_000, '[', ']'),
  ];
  for (const url of ['/v1/nodes/sfu-1', '/v1/vips/public', '/v1/rooms/r', '/v1/placements']) {
    test(`is refused by ${url}`, async () => {
      const methods = url.startsWith('/v1/rooms') ? ['PUT'] : url.endsWith('s') ? ['POST'] : ['PUT', 'PATCH'];
      for (const method of methods as 'PUT'[]) {
        for (const payload of bodies) {
          const answer = await app.inject({ method, url, headers: JSON_HEADERS, payload });
          assert.ok(
            [400, 422].includes(answer.statusCode),
            `${method} ${payload.slice(0, 20)} ${answer.body}`,
          );
        }
      }
    });
  }

  test('with a limit that no honest document meets', async () => {
    const payload = `{"vrrp":${deep(33, '{"a":', '}')}}`;
    const answer = await app.inject({
      method: 'PATCH',
      url: '/v1/vips/public',
      headers: JSON_HEADERS,
      payload,
    });
    assert.equal(answer.statusCode, 422);
    assert.match(answer.json().detail, /more than 32 levels deep/);
  });
});
