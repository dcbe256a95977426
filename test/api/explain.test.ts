import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SMALL, smallServer } from '../fixtures/cluster.ts';

interface Candidate {
  readonly node: string;
  readonly verdict: string;
  readonly reason: string;
}

const explained = '/v1/explain/rooms/standup';
const chosen = (body: { candidates: Candidate[] }) =>
  body.candidates.filter(({ verdict }) => verdict === 'chosen').map(({ node }) => node);

describe('GET /v1/explain/rooms/{room}', () => {
  test('takes wishes, and foretells what a claim with them answers', async () => {
    const { app } = await smallServer();
    for (const wishes of [{}, { zone: 'b' }, { nodeKind: 'janus' }, { vip: 'public', kind: 'broadcast' }]) {
      const query = new URLSearchParams(wishes as Record<string, string>);
      const foretold = (await app.inject(`${explained}?${query.toString()}`)).json();
      const claimed = (await app.inject({ method: 'PUT', url: '/v1/rooms/standup', payload: wishes })).json();
      assert.deepEqual(foretold.allocation, claimed);
      assert.deepEqual(chosen(foretold), [claimed.node.id]);
      assert.equal(foretold.claim, null);
      await app.inject({ method: 'DELETE', url: '/v1/rooms/standup' });
    }
  });

  test('of a claimed room goes by the wishes that it was claimed with', async () => {
    const { app } = await smallServer();
    const payload = { nodeKind: 'janus', participants: 7 };
    await app.inject({ method: 'PUT', url: '/v1/rooms/standup', payload });
    const found = (await app.inject(`${explained}?nodeKind=mediasoup`)).json();
    assert.deepEqual(found.claim, { node: 'jan-1', lost: null });
    assert.deepEqual(found.wishes, {
      kind: 'conference',
      zone: null,
      participants: 7,
      nodeKind: 'janus',
      vip: null,
    });
    assert.deepEqual(chosen(found), ['jan-1']);
    for (const { node, reason } of found.candidates as Candidate[]) {
      if (node !== 'jan-1') assert.match(reason, /is mediasoup, not janus$/);
    }
  });

  test('of a displaced room foretells the move, with wishes of the claim and of the question', async () => {
    const { app } = await smallServer();
    const first = (
      await app.inject({ method: 'PUT', url: '/v1/rooms/standup', payload: { nodeKind: 'mediasoup' } })
    ).json();
    await app.inject({ method: 'POST', url: `/v1/nodes/${first.node.id}/disable` });
    const foretold = (await app.inject(`${explained}?zone=b`)).json();
    assert.deepEqual(foretold.allocation.moved, { from: first.node.id, why: 'disabled' });
    assert.deepEqual(foretold.claim, { node: first.node.id, lost: 'disabled' });
    const { nodeKind, zone } = foretold.wishes;
    assert.deepEqual({ nodeKind, zone }, { nodeKind: 'mediasoup', zone: 'b' });
    const moved = await app.inject({ method: 'PUT', url: '/v1/rooms/standup', payload: { zone: 'b' } });
    assert.deepEqual(foretold.allocation, moved.json());
  });

  test('refuses wishes that are none', async () => {
    const { app } = await smallServer();
    for (const query of ['nodeKind=abacus', 'zone=', 'zones=a', `vip=${'x'.repeat(64)}`]) {
      assert.equal((await app.inject(`${explained}?${query}`)).statusCode, 400, query);
    }
  });
});

describe('nodes of weight 0', () => {
  const idle = SMALL.replace(/, weight: 200/, '')
    .replace(', state: draining', '')
    .replaceAll('kind: mediasoup,', 'kind: mediasoup, weight: 0,')
    .replaceAll('kind: janus,', 'kind: janus, state: draining,');

  test('are among the reasons where no node fits: of claims and of previews', async () => {
    const { app } = await smallServer(idle);
    const wanted = [
      { node: 'jan-1', reason: 'draining' },
      ...['sfu-1', 'sfu-2', 'sfu-3', 'sfu-4'].map((node) => ({ node, reason: 'weight 0' })),
    ];
    const refused = await app.inject({ method: 'PUT', url: '/v1/rooms/r' });
    assert.equal(refused.statusCode, 503);
    assert.deepEqual(refused.json().reasons, wanted);
    const payload = { rooms: ['r'] };
    const preview = (await app.inject({ method: 'POST', url: '/v1/placements', payload })).json();
    assert.deepEqual(preview.unplaced, [{ room: 'r', reasons: wanted }]);
  });
});

describe('roomlb_rooms', () => {
  test('counts rooms of a node that was removed until they are placed anew', async () => {
    const { app } = await smallServer();
    const { node } = (await app.inject({ method: 'PUT', url: '/v1/rooms/r' })).json();
    await app.inject({ method: 'DELETE', url: `/v1/nodes/${node.id}` });
    const rooms = async () =>
      new Map(
        [...(await app.inject('/metrics')).body.matchAll(/^roomlb_rooms\{node="([^"]+)"\} (\d+)$/gm)].map(
          ([, id, count]) => [id, Number(count)],
        ),
      );
    const before = await rooms();
    assert.equal(before.get(node.id), 1);
    assert.equal(before.size, 5, 'nodes without rooms are shown as well');
    const moved = (await app.inject({ method: 'PUT', url: '/v1/rooms/r' })).json();
    const after = await rooms();
    assert.equal(after.get(node.id), undefined);
    assert.equal(after.get(moved.node.id), 1);
  });
});
