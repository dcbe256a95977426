/** Who changed what; and how often one may ask. */
import assert from 'node:assert/strict';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import type { AuditEntry } from '../../src/api/audit.ts';
import { CallerLimit } from '../../src/api/rate-limit.ts';
import type { Scope } from '../../src/auth/scope.ts';
import { TokenTable } from '../../src/auth/token-table.ts';
import { hashToken, newToken } from '../../src/auth/token.ts';
import { serverWith } from '../fixtures/cluster.ts';
import { until } from '../media-node/support.ts';

const TOKENS = { ann: newToken(), bob: newToken() };
const SCOPES: Record<keyof typeof TOKENS, readonly Scope[]> = {
  ann: ['read', 'rooms:write', 'nodes:write', 'topology:write', 'metrics'],
  bob: ['read'],
};
const entries = (['ann', 'bob'] as const).map((name) => {
  return { name, hash: hashToken(TOKENS[name]), scopes: SCOPES[name], expires: null, node: null };
});
const authentication = { authenticators: [new TokenTable(entries, Date.now)], open: new Set<Scope>() };
const as = (name: keyof typeof TOKENS) => ({ authorization: `Bearer ${TOKENS[name]}` });

describe('the audit log', () => {
  test('has each change with its author, before and after, and each refusal; nothing else, and no token', async () => {
    const log: AuditEntry[] = [];
    const { app } = await serverWith({ authentication, audit: (entry) => log.push(entry) });
    const ask = (method: 'GET', url: string, name: 'ann' | 'bob', payload?: object) =>
      app.inject({ method, url, headers: as(name), ...(payload && { payload }) });
    await ask('PATCH' as 'GET', `/v1/nodes/sfu-1?token=${TOKENS.ann}`, 'ann', { weight: 7 });
    await ask('DELETE' as 'GET', '/v1/nodes/sfu-4', 'ann');
    await ask('PUT' as 'GET', '/v1/rooms/r', 'ann');
    await ask('PUT' as 'GET', '/v1/rooms/r', 'ann');
    await ask('DELETE' as 'GET', '/v1/rooms/r', 'ann');
    await ask('POST' as 'GET', '/v1/nodes/sfu-1/drain', 'bob');
    await ask('PATCH' as 'GET', '/v1/nodes/sfu-1', 'ann', { weight: 777 });
    await ask('GET', '/v1/nodes', 'ann');
    await app.inject({ method: 'POST', url: '/v1/nodes/sfu-1/drain' });
    assert.deepEqual(
      log.map(({ who, method, path, status, outcome }) => `${who} ${method} ${path} ${status} ${outcome}`),
      [
        'ann PATCH /v1/nodes/sfu-1 200 changed',
        'ann DELETE /v1/nodes/sfu-4 204 changed',
        'ann PUT /v1/rooms/r 201 changed',
        'ann DELETE /v1/rooms/r 204 changed',
        'bob POST /v1/nodes/sfu-1/drain 403 refused',
        'ann PATCH /v1/nodes/sfu-1 422 refused',
      ],
    );
    const [weight, removed] = log as {
      before: { id: string; weight?: number };
      after: { weight?: number };
    }[];
    assert.deepEqual([weight!.before.weight ?? 100, weight!.after.weight], [100, 7]);
    const [claimed, released] = log.slice(2) as { before: object | null; after: object | null }[];
    assert.deepEqual([claimed!.before, released!.after], [null, null]);
    assert.deepEqual(released!.before, claimed!.after);
    assert.deepEqual([removed!.before.id, removed!.after], ['sfu-4', null]);
    assert.equal(new Set(log.map(({ request }) => request)).size, log.length);
    for (const token of Object.values(TOKENS)) assert.ok(!JSON.stringify(log).includes(token));
  });
});

describe('what is audited', () => {
  test('does not hang on whoever asked: who leaves before the answer changed it all the same', async (t) => {
    const log: AuditEntry[] = [];
    const { app, store } = await serverWith({ authentication, audit: (entry) => log.push(entry) });
    await app.listen({ host: '127.0.0.1', port: 0 });
    t.after(() => app.close());
    const { port } = app.server.address() as AddressInfo;
    const gone = new Promise<void>((resolve) => {
      app.server.once('connection', (socket: Socket) => socket.once('close', () => resolve()));
    });
    const write = store.topology.write.bind(store.topology);
    t.mock.method(store.topology, 'write', async (...args: Parameters<typeof write>) => {
      client.destroy();
      await gone;
      return write(...args);
    });
    const client = connect({ host: '127.0.0.1', port });
    const body = JSON.stringify({ weight: 7 });
    client.write(
      `PATCH /v1/nodes/sfu-1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKENS.ann}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await until('the change is audited', () => log.length > 0);
    const { body: metrics } = await app.inject({ url: '/metrics', headers: as('ann') });
    assert.match(metrics, /^roomlb_http_request_duration_seconds_count\{method="PATCH",.*status="499"\} 1$/m);
    assert.deepEqual(
      log.map(({ who, status, outcome, after }) => [
        who,
        status,
        outcome,
        (after as { weight: number }).weight,
      ]),
      [['ann', 200, 'changed', 7]],
    );
  });

  test('has whoever would speak for another node', async () => {
    const log: AuditEntry[] = [];
    const token = newToken();
    const only = { expires: null, node: 'sfu-1' };
    const entry = { name: 'one', hash: hashToken(token), scopes: ['nodes:report'] as const, ...only };
    const own = { authenticators: [new TokenTable([entry], Date.now)], open: new Set<Scope>() };
    const { app } = await serverWith({ authentication: own, audit: (entry) => log.push(entry) });
    const headers = { authorization: `Bearer ${token}` };
    await app.inject({ url: '/v1/nodes/sfu-2/heartbeat', headers });
    await app.inject({ method: 'PUT', url: '/v1/nodes/sfu-2/registration', headers, payload: {} });
    await app.inject({ method: 'PUT', url: '/v1/nodes/sfu-1/registration', headers, payload: {} });
    assert.deepEqual(
      log.map(({ who, path, status }) => `${who} ${path} ${status}`),
      ['one /v1/nodes/sfu-2/heartbeat 403', 'one /v1/nodes/sfu-2/registration 403'],
    );
  });
});

describe('the limit of a caller', () => {
  test('is its own: by credential, by address without one; with Retry-After, and over in a second', async () => {
    let seconds = 0;
    const limit = new CallerLimit(3, () => seconds);
    const { app } = await serverWith({ authentication, limit });
    const ask = async (headers: object, remoteAddress: string) =>
      (await app.inject({ url: '/v1/nodes', headers: { ...headers }, remoteAddress })).statusCode;
    const three = async (headers: object, address = '192.0.2.1') => {
      const answers = [];
      for (let i = 0; i < 4; i++) answers.push(await ask(headers, address));
      return answers;
    };
    assert.deepEqual(await three(as('ann')), [200, 200, 200, 429]);
    assert.deepEqual(await three(as('bob')), [200, 200, 200, 429]);
    assert.equal(await ask(as('bob'), '192.0.2.9'), 429);
    assert.deepEqual(await three({}), [401, 401, 401, 429]);
    assert.equal(await ask({ authorization: `Bearer ${newToken()}` }, '192.0.2.1'), 429);
    assert.deepEqual(await three({}, '192.0.2.2'), [401, 401, 401, 429]);
    const late = await app.inject({ url: '/v1/nodes', headers: as('ann') });
    assert.equal(late.headers['retry-after'], '1');
    assert.equal(late.json().type, 'urn:roomlb:problem:too-many-requests');
    seconds += 1;
    assert.deepEqual(await three(as('ann')), [200, 200, 200, 429]);
  });

  test('is not of those who ask how the dispatcher is: nobody can make it look ill to a proxy', async () => {
    for (const auth of [{ authentication }, {}]) {
      const { app } = await serverWith({ ...auth, limit: new CallerLimit(1, () => 0) });
      const ask = async (url: string) => (await app.inject({ url })).statusCode;
      await ask('/v1/nodes');
      assert.equal(await ask('/v1/nodes'), 429);
      for (const url of ['/healthz', '/readyz', '/healthz']) assert.equal(await ask(url), 200, url);
      assert.equal(await ask('/no/such/route'), 429);
    }
  });

  test('is by address where nobody is authenticated', async () => {
    const { app } = await serverWith({ limit: new CallerLimit(1, () => 0) });
    const ask = async (remoteAddress: string) =>
      (await app.inject({ url: '/v1/nodes', remoteAddress })).statusCode;
    assert.deepEqual(
      [await ask('192.0.2.1'), await ask('192.0.2.1'), await ask('192.0.2.2')],
      [200, 429, 200],
    );
  });
});
