/** The sections of which there is one each, by REST. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuditEntry } from '../../src/api/audit.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import { SMALL, serverWith, smallServer } from '../fixtures/cluster.ts';

const POLICIES = ['placement', 'health'] as const;
const urlOf = (name: (typeof POLICIES)[number]) => `/v1/policies/${name}`;

const EVERYTHING = `
health:
  slowStart: off
  panicThreshold: off
  deepCheck: { cron: 0 4 * * *, timeZone: Asia/Seoul }
  checks:
    - stun
    - { type: vip-stun, transports: [udp], interval: 5s }
    - { type: heartbeat, maxAge: 9s, effect: suspect }
    - { type: http, port: 9100, host: sfu.example.net, status: [204], body: ok, timeout: 250ms }
    - { type: janus, adminSecretFile: /etc/roomlb/janus }
    - { type: tcp, port: 4443 }
`;

describe('policies by REST', () => {
  test('GET gives the section as the topology has it, and writing that back changes nothing', async () => {
    const { app } = await smallServer();
    const { json, headers } = await app.inject('/v1/topology');
    for (const name of POLICIES) {
      const read = await app.inject(urlOf(name));
      assert.equal(read.statusCode, 200);
      assert.deepEqual(read.json(), json()[name]);
      assert.equal(read.headers.etag, headers.etag);
      const known = { 'if-none-match': String(headers.etag) };
      assert.equal((await app.inject({ url: urlOf(name), headers: known })).statusCode, 304);
      const written = await app.inject({ method: 'PUT', url: urlOf(name), payload: read.json() });
      assert.deepEqual([written.statusCode, written.json()], [200, read.json()]);
      assert.equal(written.headers.etag, headers.etag);
    }
  });

  test('a section with everything in it is read as it is in the topology', async () => {
    const { app } = await smallServer(SMALL + EVERYTHING);
    const { health } = (await app.inject('/v1/topology')).json();
    assert.deepEqual((await app.inject(urlOf('health'))).json(), health);
    const written = await app.inject({ method: 'PUT', url: urlOf('health'), payload: health });
    assert.deepEqual([written.statusCode, written.json()], [200, health]);
  });

  test('PUT is the whole section, PATCH a part of it, DELETE the defaults', async () => {
    const { app, dispatcher } = await smallServer(`${SMALL}placement: { loadBound: 2, algorithm: ring }\n`);
    const placement = async () => (await app.inject(urlOf('placement'))).json();
    const defaults = { algorithm: 'maglev', tableSize: 65_537, loadBound: 1.25, movesPerSecond: 'off' };
    assert.deepEqual(await placement(), { ...defaults, algorithm: 'ring', loadBound: 2 });

    const payload = { movesPerSecond: 20, loadBound: 'off' };
    const patched = await app.inject({ method: 'PATCH', url: urlOf('placement'), payload });
    assert.deepEqual(patched.json(), { ...defaults, algorithm: 'ring', ...payload });
    assert.equal(dispatcher.snapshot.view.topology.placement.loadBound, null);
    const back = await app.inject({
      method: 'PATCH',
      url: urlOf('placement'),
      headers: { 'content-type': 'application/merge-patch+json' },
      payload: '{"loadBound": null}',
    });
    assert.equal(back.json().loadBound, 1.25);

    const put = await app.inject({ method: 'PUT', url: urlOf('placement'), payload: { tableSize: 1009 } });
    assert.deepEqual([put.statusCode, put.json()], [200, { ...defaults, tableSize: 1009 }]);
    assert.equal(put.headers.etag, (await app.inject('/v1/topology')).headers.etag);
    for (let times = 0; times < 2; times++) {
      const removed = await app.inject({ method: 'DELETE', url: urlOf('placement') });
      assert.deepEqual([removed.statusCode, removed.body], [204, '']);
    }
    assert.deepEqual(await placement(), defaults);
  });

  test('mappings within the section are merged', async () => {
    const { app, dispatcher } = await smallServer();
    const patch = async (payload: object) =>
      (await app.inject({ method: 'PATCH', url: urlOf('health'), payload })).json();
    const { damping } = await patch({ damping: { halfLife: '2m' }, interval: '5s' });
    assert.equal(damping.halfLife, '2m');
    assert.ok(damping.suppress > 0);
    assert.equal(dispatcher.declared.health.interval, 5000);
    assert.equal((await patch({ damping: 'off' })).damping, 'off');
    assert.notEqual((await patch({ damping: null })).damping, 'off');
  });

  test('what the topology would not allow is refused by path, and nothing is applied', async () => {
    const { app } = await smallServer();
    const before = (await app.inject('/v1/topology')).headers.etag;
    const cases: [(typeof POLICIES)[number], object, string][] = [
      ['placement', { loadBound: 0.5 }, 'placement.loadBound'],
      ['placement', { tableSize: 1000 }, 'placement.tableSize'],
      ['placement', { colour: 'red' }, 'placement.colour'],
      ['health', { interval: '1ms' }, 'health.interval'],
      ['health', { damping: { halfLife: 'x' } }, 'health.damping.halfLife'],
      ['health', { checks: ['ping'] }, 'health.checks[0]'],
    ];
    for (const [name, payload, path] of cases) {
      for (const method of ['PUT', 'PATCH'] as const) {
        const answer = await app.inject({ method, url: urlOf(name), payload });
        assert.equal(answer.statusCode, 422, answer.body);
        const [fault] = answer.json().faults;
        assert.equal(fault.path, path);
        assert.ok(fault.hint.length > 0);
      }
    }
    assert.equal((await app.inject('/v1/topology')).headers.etag, before);
    assert.equal((await app.inject({ method: 'PUT', url: urlOf('health'), payload: [] })).statusCode, 400);
  });

  test('If-Match guards every way to change it, with the current revision', async () => {
    const { app } = await smallServer();
    const { etag } = (await app.inject(urlOf('placement'))).headers;
    await app.inject({ method: 'PATCH', url: '/v1/nodes/sfu-1', payload: { weight: 7 } });
    const now = (await app.inject('/v1/topology')).headers.etag;
    for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
      const ask = (headers: Record<string, string>) =>
        app.inject({
          method,
          url: urlOf('placement'),
          headers,
          ...(method !== 'DELETE' && { payload: {} }),
        });
      const stale = await ask({ 'if-match': String(etag) });
      assert.equal(stale.statusCode, 412, method);
      assert.equal(`"${stale.json().revision}"`, now);
      assert.equal((await ask({ 'if-none-match': '*' })).statusCode, 412);
      assert.equal((await ask({ 'if-match': String(now) })).statusCode < 300, true);
    }
  });

  test('edits are told as an event, and audited with what was there before and after', async () => {
    const log: AuditEntry[] = [];
    const { app, events } = await serverWith({ audit: (entry) => log.push(entry) });
    const told: AnyEvent[] = [];
    events.listen((event) => told.push(event));
    await app.inject({ method: 'PUT', url: urlOf('placement'), payload: { loadBound: 3 } });
    await app.inject({ method: 'DELETE', url: urlOf('placement') });
    const changes = told.flatMap((event) => (event.type === 'topology.changed' ? event.changes : []));
    const change = { what: 'changed', part: 'placement', id: null, fields: ['loadBound'] };
    assert.deepEqual(changes, [change, change]);
    const bounds = log.map(({ before, after }) =>
      [before, after].map((side) => (side as { loadBound: number }).loadBound),
    );
    assert.deepEqual(bounds, [
      [1.25, 3],
      [3, 1.25],
    ]);
  });
});
