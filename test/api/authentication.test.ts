/** Who may ask what: every route of the OpenAPI document, by every scope. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { SCOPES, type Scope } from '../../src/auth/scope.ts';
import { TokenTable } from '../../src/auth/token-table.ts';
import { hashToken, newToken } from '../../src/auth/token.ts';
import type { Authentication } from '../../src/api/authentication.ts';
import { serverWith, smallServer } from '../fixtures/cluster.ts';
import { INSTANCE } from '../nodes/said.ts';

interface Holder {
  readonly token: string;
  readonly scopes: readonly Scope[];
  readonly node?: string;
}

function holder(scopes: readonly Scope[], node?: string): Holder {
  return { token: newToken(), scopes, ...(node !== undefined && { node }) };
}

function authentication(holders: readonly Holder[], open: readonly Scope[] = []): Authentication {
  const entries = holders.map(({ token, scopes, node = null }, index) => {
    return { name: `holder-${index}`, hash: hashToken(token), scopes, expires: null, node };
  });
  return { authenticators: [new TokenTable(entries, Date.now)], open: new Set(open) };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

interface Declared {
  readonly method: 'GET';
  readonly url: string;
  readonly scope: Scope | undefined;
}

/** Every operation, of a node, room or target that is there; each with the scope that the document names. */
async function operations(app: FastifyInstance): Promise<Declared[]> {
  const { paths } = (await app.inject('/openapi.json')).json<{
    paths: Record<string, Record<string, { security?: readonly { bearer: readonly Scope[] }[] }>>;
  }>();
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { security }]) => ({
      method: method.toUpperCase() as 'GET',
      url: path.replaceAll('{id}', 'sfu-1').replaceAll('{room}', 'r').replaceAll('{target}', 'haproxy'),
      scope: security?.[0]?.bearer[0],
    })),
  );
}

describe('the scope of a route', () => {
  const one = Object.fromEntries(SCOPES.map((scope) => [scope, holder([scope])])) as Record<Scope, Holder>;
  let app: FastifyInstance;
  let all: readonly Declared[];
  before(async () => {
    all = await operations((await smallServer()).app);
    ({ app } = await serverWith({ authentication: authentication(Object.values(one)) }));
  });
  const ask = ({ method, url }: Declared, headers: Record<string, string> = {}) =>
    // Server-sent events would have no end.
    app.inject({ method, url, headers: { accept: 'application/json', ...headers } });

  test('is named in the document for every route but those for everybody', () => {
    const open = all.filter(({ scope }) => scope === undefined).map(({ url }) => url);
    assert.deepEqual(open.sort(), ['/healthz', '/readyz']);
    assert.ok(all.length > 30);
  });

  test('must be had: without a token 401, with another scope 403 that names it, with it neither', async () => {
    for (const operation of all.filter(({ scope }) => scope !== undefined)) {
      const what = `${operation.method} ${operation.url}`;
      const none = await ask(operation);
      assert.equal(none.statusCode, 401, what);
      assert.equal(none.headers['www-authenticate'], 'Bearer realm="roomlb"', what);
      assert.equal(none.json().type, 'urn:roomlb:problem:no-token');
      for (const scope of SCOPES) {
        const answer = await ask(operation, bearer(one[scope].token));
        if (scope === operation.scope) {
          assert.ok(![401, 403].includes(answer.statusCode), `${what} with ${scope}: ${answer.body}`);
          continue;
        }
        assert.equal(answer.statusCode, 403, `${what} with ${scope}`);
        assert.equal(answer.json().scope, operation.scope, what);
        assert.match(String(answer.headers['www-authenticate']), new RegExp(`scope="${operation.scope}"`));
      }
    }
  });

  test('is not asked for of /healthz, /readyz and what does not exist', async () => {
    assert.equal((await app.inject('/healthz')).statusCode, 200);
    assert.equal((await app.inject('/readyz')).statusCode, 200);
    assert.equal((await app.inject('/v1/nothing')).statusCode, 404);
  });

  test('is that of GET for HEAD, and of all that is below /docs', async () => {
    assert.equal((await app.inject({ method: 'HEAD', url: '/v1/nodes' })).statusCode, 401);
    for (const url of ['/docs', '/docs/', '/docs/json', '/docs/static/swagger-ui.css', '/openapi.json'])
      assert.equal((await app.inject(url)).statusCode, 401, url);
  });

  test('may be opened to everybody', async () => {
    const opened = authentication([], ['docs', 'metrics']);
    const { app: server } = await serverWith({ authentication: opened });
    for (const url of ['/docs/', '/openapi.json', '/metrics', '/schema/topology.json'])
      assert.equal((await server.inject(url)).statusCode, 200, url);
    assert.equal((await server.inject('/v1/nodes')).statusCode, 401);
  });

  test('is declared by every route, or the server is not built', async () => {
    const { app: server } = await smallServer();
    server.get('/v1/forgotten', () => ({}));
    await assert.rejects(async () => server.ready(), /declared by GET \/v1\/forgotten/);
  });
});

describe('a token', () => {
  const reader = holder(['read']);
  let app: FastifyInstance;
  before(async () => {
    ({ app } = await serverWith({ authentication: authentication([reader]) }));
  });

  test('is taken from the Authorization field alone, whatever the case of its scheme', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER '])
      assert.equal(
        (await app.inject({ url: '/v1/nodes', headers: { authorization: `${scheme} ${reader.token}` } }))
          .statusCode,
        200,
      );
    const elsewhere = [
      { url: `/v1/nodes?access_token=${reader.token}` },
      { url: '/v1/nodes', headers: { 'x-token': reader.token } },
      { url: '/v1/nodes', headers: { cookie: `token=${reader.token}` } },
      { url: '/v1/nodes', headers: { authorization: reader.token } },
      { url: '/v1/nodes', headers: { authorization: `Basic ${reader.token}` } },
    ];
    for (const request of elsewhere) assert.equal((await app.inject(request)).statusCode, 401);
  });

  test('that is not known is refused with invalid_token, and not repeated', async () => {
    for (const token of [newToken(), 'x', `${reader.token}x`, 'a.b.c', 'x'.repeat(8000)]) {
      const answer = await app.inject({ url: '/v1/nodes', headers: bearer(token) });
      assert.equal(answer.statusCode, 401);
      assert.equal(answer.headers['www-authenticate'], 'Bearer realm="roomlb", error="invalid_token"');
      assert.ok(token === 'x' || !answer.body.includes(token));
    }
  });
});

describe('a node', () => {
  const first = holder(['nodes:report'], 'sfu-1');
  const any = holder(['nodes:report']);
  const registration = { protocol: 1, instance: INSTANCE, version: '0.1.0', mediasoup: '3.19.3' };
  const upgrade = { connection: 'upgrade', upgrade: 'websocket' };

  test('speaks for itself alone', async () => {
    const { app } = await serverWith({ authentication: authentication([first, any]) });
    const register = async (node: string, { token }: Holder) => {
      const url = `/v1/nodes/${node}/registration`;
      return (await app.inject({ method: 'PUT', url, headers: bearer(token), payload: registration }))
        .statusCode;
    };
    const beat = async (node: string, headers: Record<string, string>) =>
      (await app.inject({ url: `/v1/nodes/${node}/heartbeat`, headers: { ...upgrade, ...headers } }))
        .statusCode;
    assert.equal(await register('sfu-1', first), 200);
    assert.equal(await register('sfu-2', first), 403);
    assert.equal(await register('sfu-2', any), 200);
    assert.equal(await beat('sfu-2', bearer(first.token)), 403);
    assert.equal(await beat('sfu-1', {}), 401);
    // Past authentication: no real upgrade comes of an injected request.
    assert.ok(![401, 403].includes(await beat('sfu-1', bearer(first.token))));
  });
});
