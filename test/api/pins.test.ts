/** Pins by REST, and what claims make of them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnyEvent } from '../../src/events/events.ts';
import { smallServer } from '../fixtures/cluster.ts';

type Method = 'GET' | 'PUT' | 'PATCH' | 'DELETE' | 'POST';

async function scene() {
  const fixture = await smallServer();
  const ask = (method: Method, url: string, payload?: object, headers = {}) =>
    fixture.app.inject({ method, url, headers, ...(payload && { payload }) });
  return { ...fixture, ask };
}

/** Of percent-encoding, a slash, and a byte more than a character. */
const ROOM = 'a/ü b';
const PIN = `/v1/pins/${encodeURIComponent(ROOM)}`;

describe('pins by REST', () => {
  test('PUT makes one, PATCH changes it, DELETE takes it away; the list is sorted by room', async () => {
    const { ask } = await scene();
    assert.equal((await ask('GET', PIN)).statusCode, 404);
    const made = await ask('PUT', PIN, { node: 'sfu-1' });
    assert.deepEqual([made.statusCode, made.json()], [201, { room: ROOM, node: 'sfu-1', strict: false }]);
    const again = await ask('PUT', PIN, { room: ROOM, node: 'sfu-2', strict: true });
    assert.deepEqual([again.statusCode, again.json().node], [200, 'sfu-2']);
    const patched = await ask('PATCH', PIN, { strict: null });
    assert.deepEqual(patched.json(), { room: ROOM, node: 'sfu-2', strict: false });
    await ask('PUT', '/v1/pins/a', { node: 'jan-1' });
    const { pins } = (await ask('GET', '/v1/pins')).json();
    assert.deepEqual(
      pins.map(({ room }: { room: string }) => room),
      ['a', ROOM],
    );
    assert.deepEqual((await ask('GET', '/v1/topology')).json().pins, pins);
    const { etag } = (await ask('GET', PIN)).headers;
    assert.equal(etag, (await ask('GET', '/v1/topology')).headers.etag);
    for (const url of [PIN, '/v1/pins'])
      assert.equal((await ask('GET', url, undefined, { 'if-none-match': etag })).statusCode, 304);
    assert.equal((await ask('DELETE', PIN, undefined, { 'if-match': '"0"' })).statusCode, 412);
    assert.equal((await ask('PUT', PIN, { node: 'sfu-1' }, { 'if-none-match': '*' })).statusCode, 412);
    assert.equal((await ask('DELETE', PIN, undefined, { 'if-match': etag })).statusCode, 204);
    assert.equal((await ask('DELETE', PIN)).statusCode, 404);
    assert.equal((await ask('PATCH', PIN, { strict: true })).statusCode, 404);
  });

  test('what cannot be meant is refused by path; a node that rooms are pinned to stays', async () => {
    const { ask } = await scene();
    await ask('PUT', PIN, { node: 'sfu-1' });
    const cases: [Method, string, object | undefined, string][] = [
      ['PUT', '/v1/pins/b', { node: 'sfu-11' }, 'pins[1].node'],
      ['PUT', '/v1/pins/b', {}, 'pins[1].node'],
      ['PUT', '/v1/pins/b', { node: 'sfu-1', room: 'c' }, 'pins[1].room'],
      ['PATCH', PIN, { room: 'c' }, 'pins[0].room'],
      ['PUT', '/v1/pins/b', { node: 'sfu-1', strict: 'yes' }, 'pins[1].strict'],
      ['PUT', '/v1/pins/b', { node: 'sfu-1', until: 'monday' }, 'pins[1].until'],
      ['DELETE', '/v1/nodes/sfu-1', undefined, 'pins[0].node'],
    ];
    for (const [method, url, payload, path] of cases) {
      const answer = await ask(method, url, payload);
      assert.equal(answer.statusCode, 422, answer.body);
      assert.equal(answer.json().faults[0].path, path);
    }
    const refused = (await ask('DELETE', '/v1/nodes/sfu-1')).json();
    assert.equal(refused.detail, `there is no node sfu-1, which room ${JSON.stringify(ROOM)} is pinned to`);
    assert.equal((await ask('PUT', '/v1/pins/a%0Ab', { node: 'sfu-1' })).statusCode, 400);
    assert.equal((await ask('GET', `/v1/pins/${'x'.repeat(257)}`)).statusCode, 400);
    assert.equal((await ask('DELETE', PIN)).statusCode, 204);
    assert.equal((await ask('DELETE', '/v1/nodes/sfu-1')).statusCode, 204);
  });

  test('are told as changes of the topology, and leave the revision of the intent', async () => {
    const { ask, events, dispatcher } = await scene();
    const { revision } = dispatcher.snapshot;
    const told: AnyEvent[] = [];
    events.listen((event) => told.push(event));
    await ask('PUT', PIN, { node: 'sfu-1' });
    await ask('PATCH', PIN, { strict: true });
    await ask('DELETE', PIN);
    assert.deepEqual(
      told.map((event) => event.type === 'topology.changed' && event.changes),
      [
        [{ what: 'added', part: 'pin', id: ROOM, fields: [] }],
        [{ what: 'changed', part: 'pin', id: ROOM, fields: ['strict'] }],
        [{ what: 'removed', part: 'pin', id: ROOM, fields: [] }],
      ],
    );
    assert.equal(dispatcher.snapshot.revision, revision);
  });
});

describe('a claim of a pinned room', () => {
  const room = '/v1/rooms/standup';

  test('goes where the pin says, and says so, as the preview does; and counts as load', async () => {
    const { ask } = await scene();
    for (const node of ['sfu-1', 'sfu-2', 'sfu-3', 'jan-1']) {
      await ask('PUT', '/v1/pins/standup', { node });
      const preview = (await ask('POST', '/v1/placements', { rooms: ['standup'] })).json().placements[0];
      const claim = await ask('PUT', room);
      assert.deepEqual([claim.statusCode, claim.json()], [201, preview]);
      assert.deepEqual([preview.node.id, preview.decision], [node, 'pin']);
      const explained = (await ask('GET', '/v1/explain/rooms/standup')).json();
      assert.deepEqual(explained.pin, { node, strict: false });
      const { loads } = (await ask('GET', '/v1/loads')).json();
      assert.deepEqual(
        loads.filter(({ rooms }: { rooms: number }) => rooms > 0),
        [{ node, rooms: 1 }],
      );
      await ask('DELETE', room);
    }
  });

  test('that was there before stays where it is, until it is released', async () => {
    const { ask } = await scene();
    const { node } = (await ask('PUT', room)).json();
    const other = node.id === 'sfu-1' ? 'sfu-2' : 'sfu-1';
    await ask('PUT', '/v1/pins/standup', { node: other, strict: true });
    const kept = (await ask('PUT', room)).json();
    assert.deepEqual([kept.node.id, kept.decision], [node.id, 'claim']);
    await ask('DELETE', room);
    assert.equal((await ask('PUT', room)).json().node.id, other);
  });

  test('moves to its pin when its node loses it', async () => {
    const { ask } = await scene();
    const { node } = (await ask('PUT', room)).json();
    const other = node.id === 'sfu-1' ? 'sfu-2' : 'sfu-1';
    await ask('PUT', '/v1/pins/standup', { node: other });
    await ask('POST', `/v1/nodes/${node.id}/disable`);
    const moved = (await ask('PUT', room)).json();
    assert.deepEqual(
      [moved.node.id, moved.decision, moved.moved],
      [other, 'pin', { from: node.id, why: 'disabled' }],
    );
  });

  test('is refused with 503 and the reason where a strict pin cannot hold', async () => {
    const { ask } = await scene();
    await ask('PUT', '/v1/pins/standup', { node: 'sfu-4', strict: true });
    const refused = await ask('PUT', room);
    assert.equal(refused.statusCode, 503);
    const { type, detail, reasons } = refused.json();
    assert.equal(type, 'urn:roomlb:problem:no-node-fits');
    assert.match(detail, /strictly pinned to node sfu-4/);
    const why = [{ node: 'sfu-4', reason: 'the room is strictly pinned here, where it cannot go: draining' }];
    assert.deepEqual(reasons, why);
    const { unplaced } = (await ask('POST', '/v1/placements', { rooms: ['standup'] })).json();
    assert.deepEqual(unplaced, [{ room: 'standup', reasons: why }]);
    await ask('PATCH', '/v1/pins/standup', { strict: false });
    const lax = (await ask('PUT', room)).json();
    assert.notEqual(lax.node.id, 'sfu-4');
    assert.equal(lax.passedOver[0].node, 'sfu-4');
  });
});
