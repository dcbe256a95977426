import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SMALL, smallServer } from '../fixtures/cluster.ts';

describe('nodes and VIPs by REST', () => {
  test('GET gives what PUT takes: writing back what was read changes nothing', async () => {
    const { app } = await smallServer();
    for (const kind of ['nodes', 'vips']) {
      const list = (await app.inject(`/v1/${kind}`)).json()[kind];
      for (const entity of list) {
        const read = await app.inject(`/v1/${kind}/${entity.id}`);
        assert.deepEqual(read.json(), entity);
        const written = await app.inject({ method: 'PUT', url: `/v1/${kind}/${entity.id}`, payload: entity });
        assert.equal(written.statusCode, 200, written.body);
        assert.deepEqual(written.json(), entity);
        assert.equal(written.headers.etag, read.headers.etag);
      }
    }
  });

  test('PUT creates, PATCH changes by merge, DELETE removes; rooms follow', async () => {
    const { app, dispatcher } = await smallServer();
    const node = {
      kind: 'mediasoup',
      vip: 'public',
      addresses: ['10.0.1.20'],
      signallingPort: 4443,
      mediaPorts: '40020-40021',
    };
    const created = await app.inject({ method: 'PUT', url: '/v1/nodes/sfu-9', payload: node });
    assert.equal(created.statusCode, 201, created.body);
    assert.equal(created.json().id, 'sfu-9');
    const patched = await app.inject({
      method: 'PATCH',
      url: '/v1/nodes/sfu-9',
      payload: { weight: 7, zone: 'c' },
    });
    assert.deepEqual([patched.json().weight, patched.json().zone], [7, 'c']);
    const reset = await app.inject({ method: 'PATCH', url: '/v1/nodes/sfu-9', payload: { zone: null } });
    assert.equal(reset.json().zone, undefined);
    assert.ok(dispatcher.snapshot.view.nodes.has('sfu-9'));
    assert.equal((await app.inject({ method: 'DELETE', url: '/v1/nodes/sfu-9' })).statusCode, 204);
    assert.equal((await app.inject('/v1/nodes/sfu-9')).statusCode, 404);
    assert.equal((await app.inject({ method: 'DELETE', url: '/v1/nodes/sfu-9' })).statusCode, 404);
    assert.equal(
      (await app.inject({ method: 'PATCH', url: '/v1/nodes/sfu-9', payload: {} })).statusCode,
      404,
    );
  });

  test('a change that the topology would not allow is refused with path and hint, and nothing is applied', async () => {
    const { app, dispatcher } = await smallServer();
    const { revision } = dispatcher.snapshot;
    const cases: [string, string, object, RegExp][] = [
      ['PATCH', '/v1/nodes/sfu-1', { mediaPorts: '40002-40003' }, /mediaPorts/],
      ['PATCH', '/v1/nodes/sfu-1', { weight: 300 }, /weight/],
      ['PATCH', '/v1/nodes/sfu-1', { vip: 'nowhere' }, /vip/],
      ['PATCH', '/v1/nodes/sfu-1', { id: 'other' }, /id/],
      ['PATCH', '/v1/nodes/sfu-1', { colour: 'red' }, /colour/],
      ['PUT', '/v1/nodes/bad%20id', { kind: 'mediasoup' }, /id/],
      ['DELETE', '/v1/vips/public', {}, /vip/],
    ];
    for (const [method, url, payload, path] of cases) {
      const answer = await app.inject({
        method: method as 'PUT',
        url,
        ...(method === 'DELETE' ? {} : { payload }),
      });
      assert.equal(answer.statusCode, 422, `${method} ${url} ${JSON.stringify(payload)} ${answer.body}`);
      const { faults } = answer.json();
      assert.ok(
        faults.some((f: { path: string }) => path.test(f.path)),
        answer.body,
      );
      assert.ok(faults.every((f: { hint: string }) => f.hint.length > 0));
    }
    assert.equal(dispatcher.snapshot.revision, revision);
  });

  test('a signalling port that is put on a VIP is that of the nodes that name none', async () => {
    // sfu-1 names none, and jan-1 the very one that the VIP has.
    const { app, dispatcher } = await smallServer(
      SMALL.replace('signallingPort: 4443, ', '').replace('signallingPort: 8188', 'signallingPort: 80'),
    );
    const ports = () => dispatcher.snapshot.view.topology.nodes.map((node) => [node.id, node.signallingPort]);
    const others = ['sfu-2', 'sfu-3', 'sfu-4'].map((id) => [id, 4443]);
    assert.deepEqual(ports(), [['jan-1', 80], ['sfu-1', 80], ...others]);
    const payload = { signalling: { port: 8080 } };
    const patched = await app.inject({ method: 'PATCH', url: '/v1/vips/public', payload });
    assert.equal(patched.statusCode, 200, patched.body);
    assert.deepEqual(ports(), [['jan-1', 80], ['sfu-1', 8080], ...others]);
    assert.equal('signallingPort' in (await app.inject('/v1/nodes/sfu-1')).json(), false);
  });

  test('drain, undrain, disable and enable set the state of a node', async () => {
    const { app } = await smallServer();
    for (const [action, state] of Object.entries({
      drain: 'draining',
      disable: 'disabled',
      enable: 'active',
      undrain: 'active',
    })) {
      const answer = await app.inject({ method: 'POST', url: `/v1/nodes/sfu-1/${action}` });
      assert.deepEqual([answer.statusCode, answer.json().state], [200, state]);
    }
    assert.equal((await app.inject({ method: 'POST', url: '/v1/nodes/nobody/drain' })).statusCode, 404);
  });
});

describe('intent and configuration', () => {
  test('GET /v1/config/{target} is what render prints, with the revision as ETag, and 304 to who has it', async () => {
    const { app, dispatcher } = await smallServer();
    for (const { name } of (await app.inject('/v1/targets')).json().targets) {
      const answer = await app.inject(`/v1/config/${name}`);
      if (answer.statusCode === 422) continue;
      assert.equal(answer.statusCode, 200, name);
      assert.equal(answer.headers.etag, `"${dispatcher.snapshot.revision}"`);
      assert.match(String(answer.headers['content-type']), /^text\/plain/);
      const known = { 'if-none-match': answer.headers.etag };
      const again = await app.inject({ url: `/v1/config/${name}`, headers: known });
      assert.deepEqual([again.statusCode, again.body], [304, '']);
      await app.inject({
        method: 'PATCH',
        url: '/v1/nodes/sfu-1',
        payload: { weight: Math.floor(Math.random() * 100) + 1 },
      });
      const json = (await app.inject(`/v1/config/${name}?format=json`)).json();
      assert.equal(json.revision, dispatcher.snapshot.revision);
      assert.ok(json.files.length > 0);
    }
    assert.equal((await app.inject('/v1/config/abacus')).statusCode, 404);
    assert.equal((await app.inject('/v1/config/haproxy?file=../../etc/passwd')).statusCode, 404);
  });

  test('GET /v1/intent has the same revision, and 304 likewise', async () => {
    const { app } = await smallServer();
    const answer = await app.inject('/v1/intent');
    assert.equal(answer.headers.etag, `"${answer.json().revision}"`);
    const headers = { 'if-none-match': `W/"${answer.json().revision}", "other"` };
    assert.equal((await app.inject({ url: '/v1/intent', headers })).statusCode, 304);
  });
});

describe('operations', () => {
  test('health, readiness, metrics, schema, OpenAPI 3.1 and its pages answer', async () => {
    const { app } = await smallServer(SMALL);
    await app.inject({ method: 'PUT', url: '/v1/rooms/r' });
    for (const path of ['/healthz', '/readyz', '/', '/schema/topology.json', '/docs/', '/openapi.json']) {
      assert.equal((await app.inject(path)).statusCode, 200, path);
    }
    const metrics = (await app.inject('/metrics')).body;
    assert.match(metrics, /roomlb_claims_total\{result="created"\} 1/);
    assert.match(metrics, /roomlb_rooms\{node="sfu-4"\} 0/);
    const openapi = (await app.inject('/openapi.json')).json();
    assert.equal(openapi.openapi, '3.1.0');
    const paths = [
      '/v1/rooms/{room}',
      '/v1/rooms',
      '/v1/placements',
      '/v1/explain/rooms/{room}',
      '/v1/nodes/{id}',
      '/v1/vips/{id}',
      '/v1/intent',
      '/v1/targets',
      '/v1/config/{target}',
      '/healthz',
      '/readyz',
      '/metrics',
    ];
    for (const path of paths) assert.ok(openapi.paths[path], path);
    const nothing = await app.inject('/v1/nothing');
    assert.equal(nothing.statusCode, 404);
    assert.match(String(nothing.headers['content-type']), /problem\+json/);
  });

  test('a store that cannot be used makes the process not ready, yet alive', async () => {
    const { app, store } = await smallServer();
    store.ready = () => Promise.reject(new Error('disk on fire'));
    assert.equal((await app.inject('/readyz')).statusCode, 503);
    assert.equal((await app.inject('/healthz')).statusCode, 200);
  });
});
