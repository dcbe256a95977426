/** Conditional requests, as in RFC 9110 §13: nobody overwrites what they have not seen. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import { SMALL, smallServer } from '../fixtures/cluster.ts';

let app: FastifyInstance;
let dispatcher: Dispatcher;
beforeEach(async () => {
  // A disabled node: no rule, and so no revision of the intent, depends on it.
  const text = SMALL.replace('state: draining', 'state: disabled');
  ({ app, dispatcher } = await smallServer(text));
});

const NODE = { kind: 'mediasoup', vip: 'public', addresses: ['10.0.1.20'], mediaPorts: '40020' };

const tagOf = async (url: string) => String((await app.inject(url)).headers.etag);
const patch = (url: string, payload: object, headers: Record<string, string> = {}) =>
  app.inject({ method: 'PATCH', url, payload, headers });

describe('the ETag of nodes, VIPs and the topology', () => {
  test('changes with whatever was declared, though no rule follows from it', async () => {
    const changes: [string, object][] = [
      ['/v1/nodes/sfu-1', { zone: 'x' }],
      ['/v1/nodes/sfu-1', { kind: 'janus' }],
      ['/v1/nodes/sfu-4', { weight: 9 }],
      ['/v1/nodes/sfu-4', { addresses: ['10.9.9.9'] }],
      ['/v1/nodes/sfu-4', { state: 'active' }],
      ['/v1/vips/public', { signalling: { idleTimeout: '2h' } }],
    ];
    for (const [url, payload] of changes) {
      const before = await tagOf('/v1/topology');
      const changed = await patch(url, payload);
      assert.equal(changed.statusCode, 200, changed.body);
      assert.notEqual(changed.headers.etag, before, JSON.stringify(payload));
      assert.equal((await patch(url, payload, { 'if-match': before })).statusCode, 412);
    }
  });

  test('is one for all of them, stays while nothing changes, and is the same on another replica', async () => {
    const tag = await tagOf('/v1/topology');
    assert.match(tag, /^"[0-9a-f]{16}"$/);
    for (const url of ['/v1/nodes', '/v1/nodes/sfu-1', '/v1/vips', '/v1/vips/public'])
      assert.equal(await tagOf(url), tag, url);
    const { app: other } = await smallServer(SMALL.replace('state: draining', 'state: disabled'));
    assert.equal((await other.inject('/v1/topology')).headers.etag, tag);
    await app.inject({ method: 'PUT', url: '/v1/rooms/r' });
    await patch('/v1/nodes/sfu-1', {});
    assert.equal(await tagOf('/v1/topology'), tag);
  });

  test('of intent and configuration stays the revision of the intent', async () => {
    const before = dispatcher.snapshot.revision;
    await patch('/v1/nodes/sfu-4', { weight: 9 });
    for (const url of ['/v1/intent', '/v1/config/nftables']) assert.equal(await tagOf(url), `"${before}"`);
  });

  test('spares whoever has it the answer: 304', async () => {
    for (const url of [
      '/v1/topology',
      '/v1/nodes',
      '/v1/nodes/sfu-1',
      '/v1/vips',
      '/v1/vips/public',
      '/v1/intent',
    ]) {
      const tag = await tagOf(url);
      const known = (field: string) => app.inject({ url, headers: { 'if-none-match': field } });
      for (const field of [tag, `W/${tag}`, `"other", ${tag}`, `"a,b" ,,W/${tag}`, '*']) {
        const answer = await known(field);
        assert.deepEqual([answer.statusCode, answer.body, answer.headers.etag], [304, '', tag], field);
      }
      for (const field of ['"other"', '""', `"x${tag.slice(1)}`, ''])
        assert.equal((await known(field)).statusCode, 200, field);
    }
    assert.equal(
      (await app.inject({ url: '/v1/nodes/x', headers: { 'if-none-match': '*' } })).statusCode,
      404,
    );
  });
});

describe('If-Match', () => {
  test('lets through who has seen the topology as it is, and stops who has not, for every kind of edit', async () => {
    const edits: ((headers: Record<string, string>) => Promise<{ statusCode: number; body: string }>)[] = [
      (headers) => patch('/v1/nodes/sfu-1', { zone: 'n' }, headers),
      (headers) => app.inject({ method: 'POST', url: '/v1/nodes/sfu-1/drain', headers }),
      (headers) => app.inject({ method: 'PUT', url: '/v1/nodes/sfu-1', headers, payload: NODE }),
      (headers) => app.inject({ method: 'DELETE', url: '/v1/nodes/sfu-1', headers }),
    ];
    let stale = '"0000000000000000"';
    for (const edit of edits) {
      const refused = await edit({ 'if-match': stale });
      assert.equal(refused.statusCode, 412, refused.body);
      const { type, revision } = JSON.parse(refused.body) as { type: string; revision: string };
      assert.equal(type, 'urn:roomlb:problem:stale-revision');
      assert.ok((await edit({ 'if-match': `"${revision}"` })).statusCode < 300);
      stale = `"${revision}"`;
    }
  });

  test('compares strongly, takes lists, and * for whatever there is', async () => {
    const tag = await tagOf('/v1/nodes/sfu-1');
    const answer = async (field: string) =>
      (await patch('/v1/nodes/sfu-1', {}, { 'if-match': field })).statusCode;
    for (const field of [tag, `"x", ${tag}`, `${tag},"x"`, ` , ${tag} , `, `W/"x",\t${tag}`, '*', ' * '])
      assert.equal(await answer(field), 200, field);
    for (const field of [`W/${tag}`, `W/${tag}, "x"`, '"x"', '""', `"${tag.slice(1, -1)},x"`, ''])
      assert.equal(await answer(field), 412, field);
  });

  test('that is no list of tags is refused: taken as absent, it would protect nothing', async () => {
    const tag = await tagOf('/v1/nodes/sfu-1');
    const broken = [tag.slice(1, -1), `w/${tag}`, `${tag} ${tag}`, `${tag}; x`, `"a`, '*, "a"', `W/ ${tag}`];
    for (const field of broken) {
      for (const name of ['if-match', 'if-none-match']) {
        const answer = await patch('/v1/nodes/sfu-1', { weight: 1 }, { [name]: field });
        assert.equal(answer.statusCode, 400, `${name}: ${field}`);
        assert.match(answer.json().detail, /^If-(None-)?Match must be/);
      }
    }
    assert.equal((await app.inject('/v1/nodes/sfu-1')).json().weight, 100);
  });

  test('* and tags ask for something that exists: PUT creates nothing then', async () => {
    for (const field of ['*', await tagOf('/v1/topology')]) {
      const headers = { 'if-match': field };
      const put = await app.inject({ method: 'PUT', url: '/v1/nodes/new', payload: NODE, headers });
      assert.equal(put.statusCode, 412, put.body);
      assert.equal((await patch('/v1/nodes/new', {}, headers)).statusCode, 404);
    }
    assert.equal((await app.inject('/v1/nodes/new')).statusCode, 404);
  });
});

describe('If-None-Match: *', () => {
  test('makes PUT create, and never replace', async () => {
    const headers = { 'if-none-match': '*' };
    const put = () => app.inject({ method: 'PUT', url: '/v1/nodes/new', payload: NODE, headers });
    assert.equal((await put()).statusCode, 201);
    const again = await put();
    assert.equal(again.statusCode, 412);
    assert.equal(again.json().type, 'urn:roomlb:problem:already-exists');
  });

  test('lets one of many that create the same node at once through', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        app.inject({
          method: 'PUT',
          url: '/v1/nodes/new',
          payload: { ...NODE, weight: i },
          headers: { 'if-none-match': '*' },
        }),
      ),
    );
    const [created, ...others] = answers.map(({ statusCode }) => statusCode).sort();
    assert.equal(created, 201);
    assert.ok(others.every((status) => status === 412));
  });
});

test('of many that change what they read, none loses the change of another', async () => {
  const add = async (weight: number): Promise<void> => {
    for (;;) {
      const read = await app.inject('/v1/nodes/sfu-1');
      const payload = { weight: Number(read.json().weight) + weight };
      const answer = await patch('/v1/nodes/sfu-1', payload, { 'if-match': String(read.headers.etag) });
      if (answer.statusCode === 200) return;
      assert.equal(answer.statusCode, 412);
    }
  };
  await Promise.all(Array.from({ length: 10 }, () => add(1)));
  assert.equal((await app.inject('/v1/nodes/sfu-1')).json().weight, 110);
});
