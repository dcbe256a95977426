import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { SMALL, smallServer } from '../fixtures/cluster.ts';

const url = (room: string) => `/v1/rooms/${encodeURIComponent(room)}`;

describe('PUT /v1/rooms/{room}', () => {
  test('answers 201 with the whole chain, then 200 with the same place as a claim', async () => {
    const { app } = await smallServer();
    const first = await app.inject({ method: 'PUT', url: url('standup') });
    assert.equal(first.statusCode, 201);
    assert.equal(first.headers['content-type'], 'application/json; charset=utf-8');
    const body = first.json();
    assert.equal(body.room, 'standup');
    assert.equal(body.vip, 'public');
    assert.equal(body.decision, 'hash');
    assert.deepEqual(body.passedOver, []);
    assert.match(body.revision, /^[0-9a-f]{16}$/);
    assert.equal(body.signalling.url, `ws://203.0.113.10/n/${body.node.id}/`);
    assert.ok(body.media.length > 0);
    const second = await app.inject({ method: 'PUT', url: url('standup') });
    assert.equal(second.statusCode, 200);
    assert.deepEqual(second.json(), { ...body, decision: 'claim' });
  });

  test('lists every protocol, VIP address and port that leads to the node, and no address it lacks', async () => {
    const { app } = await smallServer();
    const { media, node } = (
      await app.inject({ method: 'PUT', url: url('x'), payload: { nodeKind: 'janus' } })
    ).json();
    assert.equal(node.id, 'jan-1');
    assert.deepEqual(media, [
      { protocol: 'udp', address: '203.0.113.10', port: 40006 },
      { protocol: 'tcp', address: '203.0.113.10', port: 40006 },
    ]);
  });

  test('honours kind, zone, node kind, VIP and expected participants, and shows them in the list', async () => {
    const { app } = await smallServer();
    for (let i = 0; i < 20; i++) {
      const payload = { kind: 'broadcast', zone: 'b', nodeKind: 'mediasoup', vip: 'public', participants: 9 };
      const { statusCode, body } = await app.inject({ method: 'PUT', url: url(`r${i}`), payload });
      assert.equal(statusCode, 201, body);
    }
    const { rooms } = (await app.inject('/v1/rooms')).json();
    assert.deepEqual(rooms[0], { room: 'r0', node: 'sfu-2', kind: 'broadcast', zone: 'b', participants: 9 });
  });

  test('keeps every node within its bounded share, whatever comes and goes', async () => {
    const { app, dispatcher } = await smallServer();
    for (let i = 0; i < 500; i++) await app.inject({ method: 'PUT', url: url(`room-${i}`) });
    const weights = { 'sfu-1': 100, 'sfu-2': 100, 'sfu-3': 200, 'jan-1': 100 };
    for (const [node, weight] of Object.entries(weights)) {
      const load = dispatcher.claims.loads().get(node) ?? 0;
      assert.ok(load <= Math.ceil((1.25 * 500 * weight) / 500), `${node} holds ${load}`);
    }
    assert.equal(dispatcher.claims.loads().get('sfu-4'), undefined, 'a draining node takes no new rooms');
  });

  test('a claim sticks while its node drains; a disabled or removed node loses it, and the answer says so', async () => {
    const { app } = await smallServer();
    const { node } = (await app.inject({ method: 'PUT', url: url('r') })).json();
    const set = (state: string) =>
      app.inject({ method: 'PATCH', url: `/v1/nodes/${node.id}`, payload: { state } });
    assert.equal((await set('draining')).statusCode, 200);
    const kept = (await app.inject({ method: 'PUT', url: url('r') })).json();
    assert.deepEqual([kept.node.id, kept.decision, kept.moved], [node.id, 'claim', undefined]);

    assert.equal((await set('disabled')).statusCode, 200);
    const displaced = await app.inject(url('r'));
    assert.equal(displaced.statusCode, 409);
    assert.equal(displaced.json().type, 'urn:roomlb:problem:room-displaced');
    const moved = await app.inject({ method: 'PUT', url: url('r') });
    assert.equal(moved.statusCode, 200);
    assert.deepEqual(moved.json().moved, { from: node.id, why: 'disabled' });
    assert.notEqual(moved.json().node.id, node.id);

    const second = moved.json().node.id;
    await app.inject({ method: 'DELETE', url: `/v1/nodes/${second}` });
    const again = (await app.inject({ method: 'PUT', url: url('r') })).json();
    assert.deepEqual(again.moved, { from: second, why: 'removed' });
  });

  test('answers 503 with a reason for each node where none fits', async () => {
    const { app } = await smallServer(
      SMALL.replaceAll(/signallingPort: \d+/g, '$&, state: disabled')
        .replace(', state: draining', '')
        .replaceAll(/(mediaPorts: "40005"), state: disabled/g, '$1'),
    );
    const { statusCode, headers, ...answer } = await app.inject({ method: 'PUT', url: url('r') });
    assert.equal(statusCode, 503);
    assert.match(String(headers['content-type']), /^application\/problem\+json/);
    const { reasons, type } = answer.json();
    assert.equal(type, 'urn:roomlb:problem:no-node-fits');
    assert.deepEqual(reasons.map((r: { node: string }) => r.node).sort(), [
      'jan-1',
      'sfu-1',
      'sfu-2',
      'sfu-3',
      'sfu-4',
    ]);
    assert.ok(reasons.every((r: { reason: string }) => r.reason === 'disabled'));
  });

  test('a hundred clients that claim one room at once are all sent to one node', async () => {
    const { app } = await smallServer();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => app.inject({ method: 'PUT', url: url('same') })),
    );
    assert.equal(new Set(answers.map((answer) => answer.json().node.id)).size, 1);
    assert.equal(answers.filter((answer) => answer.statusCode === 201).length, 1);
  });

  test('takes any Unicode name of 1 to 256 bytes without control characters, and only those', async () => {
    const { app } = await smallServer();
    const put = async (room: string) => (await app.inject({ method: 'PUT', url: url(room) })).statusCode;
    for (const room of ['a/b', '..%2f', '회의', '💥 party', 'x'.repeat(256), '?#&', '{{x}}']) {
      assert.equal(await put(room), 201, room);
      assert.equal((await app.inject(url(room))).json().room, room);
    }
    for (const room of ['x'.repeat(257), '한'.repeat(86), 'a\nb', '\u0000', '\u0085', '\u007f']) {
      assert.equal(await put(room), 400, JSON.stringify(room));
    }
    assert.equal((await app.inject({ method: 'PUT', url: '/v1/rooms/%ff' })).statusCode, 400);
  });

  test('takes no body, an empty one, and an empty object alike', async () => {
    const { app } = await smallServer();
    const json = { 'content-type': 'application/json' };
    for (const options of [{}, { headers: json }, { headers: json, payload: '' }, { payload: {} }]) {
      const answer = await app.inject({ method: 'PUT', url: url('r'), ...options });
      assert.equal(answer.json().room, 'r', answer.body);
    }
    const noBody = await app.inject({ method: 'POST', url: '/v1/placements', headers: json, payload: '' });
    assert.equal(noBody.statusCode, 400);
    const polluted = '{"__proto__": {"zone": "b"}}';
    assert.equal(
      (await app.inject({ method: 'PUT', url: url('p'), headers: json, payload: polluted })).statusCode,
      400,
    );
  });

  test('refuses bodies that are not what the description says, by path', async () => {
    const { app } = await smallServer();
    const bad: unknown[] = [
      { kind: 'party' },
      { zone: 1 },
      { participants: '5' },
      { zones: 'a' },
      [],
      'x',
      3,
    ];
    for (const payload of bad) {
      const answer = await app.inject({
        method: 'PUT',
        url: url('r'),
        headers: { 'content-type': 'application/json' },
        payload: JSON.stringify(payload),
      });
      assert.equal(answer.statusCode, 400, JSON.stringify(payload));
      assert.match(String(answer.headers['content-type']), /problem\+json/);
      assert.ok(answer.json().faults[0].path.startsWith('body'), answer.body);
    }
    const huge = await app.inject({ method: 'PUT', url: url('r'), payload: { zone: 'z'.repeat(100_000) } });
    assert.equal(huge.statusCode, 413);
  });
});

describe('the other routes of rooms', () => {
  test('GET and DELETE answer 404 for a room without a claim, and DELETE frees its place', async () => {
    const { app, dispatcher } = await smallServer();
    assert.equal((await app.inject(url('r'))).statusCode, 404);
    assert.equal((await app.inject({ method: 'DELETE', url: url('r') })).statusCode, 404);
    await app.inject({ method: 'PUT', url: url('r') });
    assert.equal((await app.inject(url('r'))).json().decision, 'claim');
    assert.equal((await app.inject({ method: 'DELETE', url: url('r') })).statusCode, 204);
    assert.equal(dispatcher.claims.total(), 0);
  });

  test('GET /v1/rooms pages through all rooms, or those of a node, each exactly once', async () => {
    const { app } = await smallServer();
    for (let i = 0; i < 57; i++) await app.inject({ method: 'PUT', url: url(`room-${i}`) });
    const walk = async (query: string) => {
      const seen: { room: string; node: string }[] = [];
      for (let after = ''; ;) {
        const page = (await app.inject(`/v1/rooms?limit=10${query}${after}`)).json();
        seen.push(...page.rooms);
        if (page.next === null) return seen;
        after = `&after=${encodeURIComponent(page.next)}`;
      }
    };
    const all = await walk('');
    assert.equal(new Set(all.map(({ room }) => room)).size, 57);
    assert.equal(all.length, 57);
    const ofNode = await walk('&node=sfu-3');
    assert.deepEqual(
      ofNode,
      all.filter(({ node }) => node === 'sfu-3'),
    );
    assert.equal((await app.inject('/v1/rooms?limit=0')).statusCode, 400);
    assert.equal((await app.inject('/v1/rooms?limit=5000')).statusCode, 400);
  });

  test('POST /v1/placements says what PUT would answer, and changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.stringMatching(/^[a-z0-9 ]{1,20}$/), { minLength: 1, maxLength: 20 }),
        async (rooms) => {
          const { app, dispatcher } = await smallServer();
          for (const room of rooms.slice(0, 5)) await app.inject({ method: 'PUT', url: url(room) });
          const before = dispatcher.claims.total();
          const preview = (
            await app.inject({ method: 'POST', url: '/v1/placements', payload: { rooms } })
          ).json();
          assert.equal(dispatcher.claims.total(), before);
          assert.deepEqual(
            preview.placements.map((p: { room: string }) => p.room),
            rooms,
          );
          const room = rooms.at(-1)!;
          const claimed = (await app.inject({ method: 'PUT', url: url(room) })).json();
          assert.deepEqual(preview.placements.at(-1), claimed);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('GET /v1/explain/rooms/{room} ranks every node and shows the rules that carry the room', async () => {
    const { app } = await smallServer();
    const explained = (await app.inject('/v1/explain/rooms/standup')).json();
    assert.deepEqual(explained.candidates.map((c: { node: string }) => c.node).sort(), [
      'jan-1',
      'sfu-1',
      'sfu-2',
      'sfu-3',
      'sfu-4',
    ]);
    const chosen = explained.candidates.filter((c: { verdict: string }) => c.verdict === 'chosen');
    assert.equal(chosen.length, 1);
    assert.equal(chosen[0].node, explained.allocation.node.id);
    assert.ok(
      explained.rules.some(
        (r: { target: string; rules: string[] }) => r.target === 'nftables' && r.rules.length > 0,
      ),
    );
    const rulesOf = async (query: string) =>
      (await app.inject(`/v1/explain/rooms/standup${query}`))
        .json()
        .rules.map((r: { target: string }) => r.target);
    assert.ok(!(await rulesOf('')).includes('cisco-ios-slb'), 'devices are left out unless asked for');
    assert.deepEqual(await rulesOf('?target=cisco-ios-slb,ipvs'), ['cisco-ios-slb', 'ipvs']);
    const unknown = await app.inject('/v1/explain/rooms/standup?target=abacus');
    assert.equal(unknown.statusCode, 404);
    assert.match(unknown.json().detail, /no such target; there are haproxy/);
  });
});
