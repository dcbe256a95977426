import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intentFor } from '../../src/reconcile/balancer-intent.ts';
import { cutOverdue, drainingSince } from '../../src/reconcile/drain-limit.ts';
import { intentOf, topologyOf } from '../targets/documents.ts';

const topology = topologyOf({
  cluster: 'c',
  vips: [
    {
      id: 'one',
      addresses: ['203.0.113.1'],
      signalling: { port: 80 },
      media: { ports: '40000-40099', drain: 'keep-flows' },
    },
    { id: 'two', addresses: ['203.0.113.2'], media: { ports: '40000-40099', drain: 'keep-flows' } },
  ],
  nodes: [
    {
      id: 'a',
      kind: 'mediasoup',
      vip: 'one',
      addresses: ['10.0.0.1'],
      signallingPort: 1,
      mediaPorts: '40000',
      state: 'draining',
    },
    {
      id: 'b',
      kind: 'mediasoup',
      vip: 'one',
      addresses: ['10.0.0.2'],
      signallingPort: 1,
      mediaPorts: '40001',
    },
    {
      id: 'c',
      kind: 'mediasoup',
      vip: 'two',
      addresses: ['10.0.0.3'],
      mediaPorts: '40000',
      state: 'draining',
    },
  ],
});
const intent = intentOf(topology);
const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, seconds));
const flushed = (since: Record<string, string>, limit: number | null, now: number) =>
  cutOverdue(intent, since, limit, at(now))
    .services.filter(({ drain }) => drain === 'flush')
    .map(({ id }) => id);

test('a node drains since it was first seen to, until it does no more', () => {
  const first = drainingSince(intent, {}, at(0));
  assert.deepEqual(first, { a: at(0).toISOString(), c: at(0).toISOString() });
  assert.deepEqual(drainingSince(intent, { ...first, b: at(0).toISOString() }, at(9)), first);
  assert.deepEqual(drainingSince({ ...intent, services: [] }, first, at(9)), {});
});

test('media of a node that drained for the limit is cut from then on, and nothing else', () => {
  const since = { a: at(0).toISOString(), c: at(5).toISOString() };
  assert.deepEqual(flushed(since, 10, 9), []);
  assert.deepEqual(flushed(since, 10, 10), ['one/media/a/udp', 'one/media/a/tcp']);
  assert.deepEqual(flushed(since, 10, 15), [
    'one/media/a/udp',
    'one/media/a/tcp',
    'two/media/c/udp',
    'two/media/c/tcp',
  ]);
  assert.deepEqual(flushed(since, null, 1000), []);
  assert.deepEqual(flushed({}, 10, 1000), []);
});

test('nothing overdue leaves the intent as it is, and the revision stays in any case', () => {
  assert.equal(cutOverdue(intent, {}, 10, at(0)), intent);
  const cut = cutOverdue(intent, { a: at(0).toISOString() }, 0, at(0));
  assert.equal(cut.revision, intent.revision);
});

test('a balancer of some VIPs knows nothing of the others, not by its revision either', () => {
  const one = intentFor(intent, { vips: ['one'], services: 'all' });
  assert.deepEqual([...new Set(one.services.map(({ vip }) => vip))], ['one']);
  assert.deepEqual(
    one.vips.map(({ id }) => id),
    ['one'],
  );
  assert.notEqual(one.revision, intent.revision);
  const otherTwo = { ...topology, nodes: topology.nodes.filter(({ vip }) => vip === 'one') };
  assert.deepEqual(intentFor(intentOf(otherTwo), { vips: ['one'], services: 'all' }), one);
  assert.equal(intentFor(intent, { vips: null, services: 'all' }), intent);
});

test('a balancer of signalling or of media alone knows nothing of the other', () => {
  const parts = (['signalling', 'media'] as const).map((services) =>
    intentFor(intent, { vips: null, services }),
  );
  const roles = parts.map((part) => [...new Set(part.services.map(({ role }) => role === 'media'))]);
  assert.deepEqual(roles, [[false], [true]]);
  assert.equal(parts.flatMap((part) => part.services).length, intent.services.length);
  assert.equal(new Set([intent.revision, ...parts.map(({ revision }) => revision)]).size, 3);
});
