/** Nodes that are let in by credentials of their own. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { AuditEntry } from '../../src/api/audit.ts';
import { NodeCredentials } from '../../src/auth/node-credentials.ts';
import { newNodeKey, parseNodeKeys } from '../../src/auth/node-key.ts';
import { TokenTable } from '../../src/auth/token-table.ts';
import { hashToken, newToken } from '../../src/auth/token.ts';
import { NO_EVENTS } from '../../src/events/bus.ts';
import { NodeRegistry } from '../../src/nodes/registry.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { StoreUnavailable, type OnceStore } from '../../src/store/store.ts';
import { parse, serverWith, SMALL } from '../fixtures/cluster.ts';
import { INSTANCE } from '../nodes/said.ts';
import { assertDeclared, openapi } from './openapi-answers.ts';

const START = 1_800_000_000_000;
const LIVES = { enrolment: 900_000, credential: 3_600_000 };
const operator = newToken();
const reader = newToken();
const registration = { protocol: 1, instance: INSTANCE, version: '0.1.0', mediasoup: '3.19.3' };

function credentialsOf(line: string, clock: { now: number }): NodeCredentials {
  return new NodeCredentials({ keys: parseNodeKeys(line, 'key').keys, lives: LIVES, now: () => clock.now });
}

async function cluster(line = newNodeKey(), clock = { now: START }, once: OnceStore = memoryStore().once) {
  const credentials = credentialsOf(line, clock);
  const entries = [
    { name: 'ann', hash: hashToken(operator), scopes: ['nodes:write', 'topology:write'] as const },
    { name: 'bob', hash: hashToken(reader), scopes: ['read'] as const },
  ].map((entry) => ({ ...entry, expires: null, node: null }));
  const audited: AuditEntry[] = [];
  const registry = new NodeRegistry({ topology: parse(SMALL), events: NO_EVENTS, now: Date.now });
  const authenticators = [new TokenTable(entries, Date.now), credentials];
  const { app, dispatcher } = await serverWith({
    authentication: { authenticators, open: new Set(['docs'] as const) },
    nodes: { registry, now: Date.now },
    enrolment: { credentials, once },
    audit: (entry) => audited.push(entry),
  });
  return { app, clock, audited, follow: () => registry.update(dispatcher.declared) };
}

const ask = (app: FastifyInstance, method: 'GET', url: string, token: string, payload?: object) =>
  app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${token}` },
    ...(payload && { payload }),
  });
const post = (app: FastifyInstance, url: string, token: string, payload?: object) =>
  ask(app, 'POST' as 'GET', url, token, payload);
const register = (app: FastifyInstance, node: string, token: string) =>
  ask(app, 'PUT' as 'GET', `/v1/nodes/${node}/registration`, token, registration);

async function enrolled(app: FastifyInstance, node = 'sfu-1') {
  const { secret } = (await post(app, `/v1/nodes/${node}/enrolment`, operator)).json<{ secret: string }>();
  const answer = await post(app, `/v1/nodes/${node}/credentials`, secret);
  assert.equal(answer.statusCode, 201, answer.body);
  return { secret, credential: answer.json<{ credential: string }>().credential };
}

describe('enrolment', () => {
  test('goes from an operator by a secret to a credential, which the node renews itself', async () => {
    const { app, clock, audited } = await cluster();
    const { paths } = await openapi(app);
    assert.equal((await post(app, '/v1/nodes/sfu-1/enrolment', reader)).statusCode, 403);
    const made = await post(app, '/v1/nodes/sfu-1/enrolment', operator);
    assertDeclared(paths['/v1/nodes/{id}/enrolment']!.post!, made);
    assert.equal(made.headers['cache-control'], 'no-store');
    const { secret, expiresIn } = made.json<{ secret: string; expiresIn: number }>();
    assert.equal(expiresIn, 900);
    assert.equal((await register(app, 'sfu-1', secret)).statusCode, 403);

    const swapped = await post(app, '/v1/nodes/sfu-1/credentials', secret);
    assertDeclared(paths['/v1/nodes/{id}/credentials']!.post!, swapped);
    const { credential, expires } = swapped.json<{ credential: string; expires: string }>();
    assert.equal(Date.parse(expires) - clock.now, 3_600_000);
    assert.equal((await register(app, 'sfu-1', credential)).statusCode, 200);

    clock.now += 3_000_000;
    const renewed = await post(app, '/v1/nodes/sfu-1/credentials', credential);
    clock.now += 1_000_000;
    const late = await post(app, '/v1/nodes/sfu-1/credentials', credential);
    assert.equal(late.statusCode, 401);
    assert.match(late.json<{ detail: string }>().detail, /expired.*roomlb enroll/);
    assert.equal((await register(app, 'sfu-1', credential)).statusCode, 401);
    const { credential: next } = renewed.json<{ credential: string }>();
    assert.equal((await register(app, 'sfu-1', next)).statusCode, 200);

    const [, change] = audited;
    assert.deepEqual([change?.who, change?.outcome], ['ann', 'changed']);
    assert.deepEqual((change?.after as { enrolment: string }).enrolment, 'sfu-1');
    for (const text of [secret, credential, next]) assert.ok(!JSON.stringify(audited).includes(text));
  });

  test('lets a node speak for itself alone, and do nothing else', async () => {
    const { app } = await cluster();
    const { secret, credential } = await enrolled(app);
    for (const answer of [
      await register(app, 'sfu-2', credential),
      await post(app, '/v1/nodes/sfu-2/credentials', credential),
      await post(app, '/v1/nodes/sfu-2/credentials', secret),
    ]) {
      assert.equal(answer.statusCode, 403);
      assert.match(answer.json<{ detail: string }>().detail, /sfu-1 alone, not for node sfu-2/);
    }
    for (const [method, url, kind] of [
      ['GET', '/v1/nodes', 'beyond-credential'],
      ['GET', '/v1/topology', 'beyond-credential'],
      ['GET', '/v1/events', 'beyond-credential'],
      ['DELETE', '/v1/rooms/r', 'beyond-credential'],
      ['POST', '/v1/nodes/sfu-1/enrolment', 'missing-scope'],
      ['POST', '/v1/nodes/sfu-1/drain', 'missing-scope'],
      ['GET', '/metrics', 'missing-scope'],
    ] as const) {
      const answer = await ask(app, method as 'GET', url, credential);
      assert.equal(answer.statusCode, 403, url);
      assert.equal(answer.json<{ type: string }>().type, `urn:roomlb:problem:${kind}`, url);
    }
    // Where a client belongs that came to it.
    assert.equal((await ask(app, 'PUT' as 'GET', '/v1/rooms/r', credential)).statusCode, 201);
    assert.equal((await ask(app, 'GET', '/v1/nodes/sfu-2', credential)).statusCode, 200);
    assert.equal((await ask(app, 'GET', '/v1/nodes/sfu-2', secret)).statusCode, 403);
  });

  test('takes a secret once, or again from the same caller, at whichever replica', async () => {
    const { once } = memoryStore();
    const line = newNodeKey();
    const [one, two] = [await cluster(line, undefined, once), await cluster(line, undefined, once)];
    const made = async () =>
      (await post(one.app, '/v1/nodes/sfu-1/enrolment', operator)).json<{ secret: string }>().secret;
    const swap = ({ app }: typeof one, secret: string, nonce?: string) =>
      post(app, '/v1/nodes/sfu-1/credentials', secret, nonce === undefined ? undefined : { nonce });

    const [first, second] = [await made(), await made()];
    assert.notEqual(first, second);
    assert.equal((await post(one.app, '/v1/nodes/sfu-2/credentials', first)).statusCode, 403);
    const both = await Promise.all([swap(one, first), swap(two, first), swap(two, first)]);
    assert.deepEqual(both.map(({ statusCode }) => statusCode).sort(), [201, 403, 403]);
    const refused = await swap(one, first);
    assert.equal(refused.json<{ type: string }>().type, 'urn:roomlb:problem:secret-used');
    assert.match(refused.json<{ detail: string }>().detail, /roomlb enroll sfu-1.*change the key/);

    const nonce = 'a'.repeat(32);
    assert.equal((await swap(one, second, nonce)).statusCode, 201);
    const again = await swap(two, second, nonce);
    assert.equal(again.statusCode, 201);
    for (const other of [undefined, 'b'.repeat(32)])
      assert.equal((await swap(two, second, other)).statusCode, 403);
    assert.equal((await swap(one, second, 'short')).statusCode, 400);

    // The credential itself can be renewed by as many as have it.
    const { credential } = again.json<{ credential: string }>();
    for (const at of [one, two]) assert.equal((await swap(at, credential)).statusCode, 201);

    const told = one.audited.filter(({ path }) => path.endsWith('/credentials'));
    assert.deepEqual(
      told.map(({ who, path, outcome }) => `${who} ${path.split('/')[3]} ${outcome}`).sort(),
      [
        'enrolment/sfu-1 sfu-1 changed',
        ...(both[0].statusCode === 201
          ? ['enrolment/sfu-1 sfu-1 changed']
          : ['enrolment/sfu-1 sfu-1 refused']),
        'enrolment/sfu-1 sfu-1 refused',
        'enrolment/sfu-1 sfu-2 refused',
      ].sort(),
    );
    assert.deepEqual(Object.keys(told.find(({ outcome }) => outcome === 'changed')?.after ?? {}), [
      'credential',
      'expires',
    ]);
  });

  test('takes no secret while the store cannot say whether it was used, and is not used up by that', async () => {
    let away = true;
    const { once: known } = memoryStore();
    const once: OnceStore = {
      take: (...args) => (away ? Promise.reject(new StoreUnavailable('no answer')) : known.take(...args)),
    };
    const { app } = await cluster(undefined, undefined, once);
    const { paths } = await openapi(app);
    const { secret } = (await post(app, '/v1/nodes/sfu-1/enrolment', operator)).json<{ secret: string }>();
    const refused = await post(app, '/v1/nodes/sfu-1/credentials', secret);
    assert.equal(refused.statusCode, 503);
    assertDeclared(paths['/v1/nodes/{id}/credentials']!.post!, refused);
    assert.match(
      refused.json<{ detail: string }>().detail,
      /whether the secret was used.*no answer.*try again/,
    );
    away = false;
    const swapped = await post(app, '/v1/nodes/sfu-1/credentials', secret);
    assert.equal(swapped.statusCode, 201);
    away = true;
    const { credential } = swapped.json<{ credential: string }>();
    assert.equal((await post(app, '/v1/nodes/sfu-1/credentials', credential)).statusCode, 201);
  });

  test('is answered by any replica with the key, and by none without', async () => {
    const line = newNodeKey();
    const [one, two, other] = [await cluster(line), await cluster(line), await cluster()];
    const { secret } = (await post(one.app, '/v1/nodes/sfu-1/enrolment', operator)).json<{
      secret: string;
    }>();
    const swapped = await post(two.app, '/v1/nodes/sfu-1/credentials', secret);
    const { credential } = swapped.json<{ credential: string }>();
    assert.equal((await register(one.app, 'sfu-1', credential)).statusCode, 200);
    assert.equal((await register(other.app, 'sfu-1', credential)).statusCode, 401);
    assert.equal((await register(one.app, 'sfu-1', `${credential}A`)).statusCode, 401);
  });

  test('ends with the node, and is for media nodes of the topology alone', async () => {
    const { app, follow } = await cluster();
    const { credential } = await enrolled(app, 'sfu-3');
    for (const [node, status] of [
      ['nobody', 404],
      ['jan-1', 422],
    ] as const)
      assert.equal((await post(app, `/v1/nodes/${node}/enrolment`, operator)).statusCode, status, node);
    assert.equal((await ask(app, 'DELETE' as 'GET', '/v1/nodes/sfu-3', operator)).statusCode, 204);
    follow();
    assert.equal((await register(app, 'sfu-3', credential)).statusCode, 404);
    assert.equal((await post(app, '/v1/nodes/sfu-3/credentials', credential)).statusCode, 404);
  });

  test('is refused by name where the dispatcher has no key', async () => {
    const { app } = await serverWith({});
    const answer = await app.inject({ method: 'POST', url: '/v1/nodes/sfu-1/enrolment' });
    assert.equal(answer.statusCode, 409);
    assert.match(answer.json<{ detail: string }>().detail, /--node-key/);
  });
});
