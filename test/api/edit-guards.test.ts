/** Edits of nodes that would cut everybody off, or lose rooms that somebody waits for. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { smallServer } from '../fixtures/cluster.ts';

/** Two VIPs: one with two nodes, the other with one. */
const TWO = `
cluster: two
vips:
  - { id: edge, addresses: [203.0.113.11], media: { ports: 40000-40099 } }
  - { id: public, addresses: [203.0.113.10], media: { ports: 40000-40099 } }
nodes:
  - { id: a, kind: janus, vip: public, addresses: [10.0.1.11], mediaPorts: 40000 }
  - { id: b, kind: janus, vip: public, addresses: [10.0.1.12], mediaPorts: 40001 }
  - { id: c, kind: janus, vip: edge, addresses: [10.0.1.13], mediaPorts: 40002 }
`;

type Method = 'PUT' | 'PATCH' | 'DELETE' | 'POST' | 'GET';

async function scene() {
  const fixture = await smallServer(TWO);
  const ask = (method: Method, url: string, payload?: object, headers = {}) =>
    fixture.app.inject({ method, url: `/v1/${url}`, headers, ...(payload && { payload }) });
  return { ...fixture, ask };
}

describe('an edit that would leave a VIP without nodes', () => {
  const C = { kind: 'janus', vip: 'edge', addresses: ['10.0.1.13'], mediaPorts: 40_002 };
  const EDITS: readonly (readonly [string, Method, string, object?])[] = [
    ['removes the last one', 'DELETE', 'nodes/c'],
    ['disables it', 'PATCH', 'nodes/c', { state: 'disabled' }],
    ['disables it by its short cut', 'POST', 'nodes/c/disable'],
    ['replaces it by a disabled one', 'PUT', 'nodes/c', { ...C, state: 'disabled' }],
    ['puts it behind another VIP', 'PATCH', 'nodes/c', { vip: 'public' }],
  ];
  for (const [what, method, url, payload] of EDITS) {
    test(`since it ${what} is refused, unless it is meant so`, async () => {
      const { ask } = await scene();
      const before = (await ask('GET', 'topology')).headers.etag;
      for (const query of ['', '?allowEmpty=false']) {
        const refused = await ask(method, `${url}${query}`, payload);
        assert.equal(refused.statusCode, 409, refused.body);
        const { type, detail, vips } = refused.json();
        assert.equal(type, 'urn:roomlb:problem:would-empty-pool');
        assert.match(detail, /^VIP edge .* c is the last one\. Add another first, or drain it/);
        assert.deepEqual(vips, ['edge']);
      }
      assert.equal((await ask('GET', 'topology')).headers.etag, before);
      assert.equal((await ask(method, `${url}?allowEmpty=yes`, payload)).statusCode, 400);
      const done = await ask(method, `${url}?allowEmpty=true`, payload);
      assert.ok(done.statusCode < 300, done.body);
    });
  }

  test('is none where another node is left, if only a draining one, or of weight 0', async () => {
    for (const soft of [{ state: 'draining' }, { weight: 0 }]) {
      const { ask } = await scene();
      for (const node of ['b', 'c'])
        assert.equal((await ask('PATCH', `nodes/${node}`, soft)).statusCode, 200);
      assert.equal((await ask('DELETE', 'nodes/a')).statusCode, 204);
      assert.equal((await ask('DELETE', 'nodes/b')).statusCode, 409);
      assert.equal((await ask('DELETE', 'nodes/c')).statusCode, 409);
    }
  });

  test('is none where nobody was left before', async () => {
    const { ask } = await scene();
    assert.equal((await ask('POST', 'nodes/c/disable?allowEmpty=true')).statusCode, 200);
    assert.equal((await ask('PATCH', 'nodes/c', { weight: 5 })).statusCode, 200);
    assert.equal((await ask('DELETE', 'nodes/c')).statusCode, 204);
    assert.equal((await ask('DELETE', 'vips/edge')).statusCode, 204);
  });

  test('is told only once everything else about it is right', async () => {
    const { ask } = await scene();
    assert.equal((await ask('DELETE', 'nodes/c', undefined, { 'if-match': '"0"' })).statusCode, 412);
    assert.equal((await ask('PATCH', 'nodes/c', { state: 'disabled', weight: -1 })).statusCode, 422);
    assert.equal((await ask('DELETE', 'nodes/nobody')).statusCode, 404);
  });
});

describe('a node that shall go only when it is empty', () => {
  test('stays while rooms are claimed on it, and says how many', async () => {
    const { ask } = await scene();
    await ask('PUT', 'pins/r', { node: 'a', strict: true });
    for (const room of ['r', 's', 't']) await ask('PUT', `rooms/${room}`, { vip: 'public' });
    await ask('DELETE', 'pins/r');
    await ask('POST', 'nodes/a/drain');
    const { loads } = (await ask('GET', 'loads')).json();
    const claims = loads.find(({ node }: { node: string }) => node === 'a').rooms;
    const misspelt = await ask('DELETE', 'nodes/a?ifempty=true');
    assert.equal(misspelt.statusCode, 400);
    assert.match(misspelt.body, /did you mean \\"ifEmpty\\"\?/);
    const refused = await ask('DELETE', 'nodes/a?ifEmpty=true');
    assert.equal(refused.statusCode, 409, refused.body);
    const problem = refused.json();
    assert.equal(problem.type, 'urn:roomlb:problem:node-has-rooms');
    assert.deepEqual([problem.claims, problem.live], [claims, 0]);
    assert.equal((await ask('GET', 'nodes/a')).statusCode, 200);

    const { rooms } = (await ask('GET', 'rooms?node=a')).json();
    for (const { room } of rooms) await ask('DELETE', `rooms/${room}`);
    assert.equal((await ask('DELETE', 'nodes/a?ifEmpty=true')).statusCode, 204);
  });

  test('goes all the same where that is not asked', async () => {
    const { ask } = await scene();
    await ask('PUT', 'pins/r', { node: 'a', strict: true });
    await ask('PUT', 'rooms/r');
    await ask('DELETE', 'pins/r');
    assert.equal((await ask('DELETE', 'nodes/a?ifEmpty=false')).statusCode, 204);
    const moved = (await ask('PUT', 'rooms/r')).json();
    assert.deepEqual(moved.moved, { from: 'a', why: 'removed' });
  });
});

describe('a node that maintenance windows name', () => {
  const window = (nodes: readonly string[]) => ({ cron: '0 3 * * *', duration: '2h', nodes });

  test('is removed where it is to leave those that name others', async () => {
    const { ask } = await scene();
    await ask('PUT', 'maintenance/all', window(['b', 'a', 'c']));
    const zone = { cron: '0 4 * * *', duration: '1h', zone: 'z' };
    await ask('PATCH', 'nodes/c', { zone: 'z' });
    assert.equal((await ask('PUT', 'maintenance/zone', zone)).statusCode, 201);
    assert.equal((await ask('DELETE', 'nodes/a')).statusCode, 422);
    assert.equal((await ask('DELETE', 'nodes/a?leaveWindows=true')).statusCode, 204);
    assert.deepEqual((await ask('GET', 'maintenance/all')).json().nodes, ['b', 'c']);
    assert.equal((await ask('GET', 'maintenance/zone')).json().zone, 'z');
  });

  test('stays where one names it alone, or a pin does, and no other window is changed', async () => {
    const { ask } = await scene();
    await ask('PUT', 'maintenance/all', window(['a', 'b']));
    await ask('PUT', 'maintenance/alone', window(['a']));
    const before = (await ask('GET', 'topology')).headers.etag;
    const refused = await ask('DELETE', 'nodes/a?leaveWindows=true');
    assert.equal(refused.statusCode, 422);
    assert.match(refused.body, /there is no node a/);
    await ask('DELETE', 'maintenance/alone');
    await ask('PUT', 'pins/show', { node: 'a' });
    assert.equal((await ask('DELETE', 'nodes/a?leaveWindows=true')).statusCode, 422);
    await ask('DELETE', 'pins/show');
    await ask('PUT', 'maintenance/alone', window(['a']));
    assert.equal((await ask('GET', 'topology')).headers.etag, before);
  });
});
