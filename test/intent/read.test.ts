import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { readIntent } from '../../src/intent/read.ts';
import { revisionOf } from '../../src/intent/revision.ts';
import { topologies } from '../topology/arbitrary.ts';
import { cluster, intentOf } from '../targets/documents.ts';

const SOME = intentOf(
  cluster(
    {
      signalling: { port: 443, domain: 'media.example' },
      media: { ports: '40000-40099' },
      vrrp: { interface: 'eth0', routerId: 51 },
    },
    [{ healthPort: 9100 }, {}],
  ),
);

test('every intent of every topology is read as it was sent', () => {
  fc.assert(
    fc.property(topologies(), (topology) => {
      const intent = buildIntent(clusterView(topology));
      assert.deepEqual(readIntent(JSON.parse(JSON.stringify(intent))), intent);
    }),
    { numRuns: 200 },
  );
});

/** The intent with one value replaced, and the revision that goes with it. */
function forged(path: readonly (string | number)[], value: unknown): unknown {
  const { revision, ...content } = structuredClone(SOME);
  let at = content as unknown as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as typeof at;
  const last = path.at(-1)!;
  assert.ok(last in at, `${path.join('.')} is not there`);
  at[last] = value;
  assert.match(revision, /^[0-9a-f]{16}$/);
  return { ...content, revision: revisionOf(content) };
}

test('nothing that could break out of a configuration file gets in', () => {
  const evil = 'x\n  server evil 6.6.6.6';
  const paths: (string | number)[][] = [
    ['cluster'],
    ['vips', 0, 'id'],
    ['vips', 0, 'addresses', 0, 'text'],
    ['vips', 0, 'vrrp', 'interface'],
    ['services', 0, 'id'],
    ['services', 0, 'vip'],
    ['services', 0, 'naming', 'domain'],
    ['services', 0, 'certificate'],
    ['services', 0, 'protocol'],
    ['services', 0, 'members', 0, 'node'],
    ['services', 0, 'members', 0, 'addresses', 0, 'text'],
    ['services', 0, 'members', 0, 'monitor', 'path'],
    ['services', 0, 'members', 0, 'weight'],
    ['services', 0, 'members', 0, 'stunPort'],
    ['services', 0, 'idleTimeout'],
    ['services', 0, 'ports', 'first'],
  ];
  for (const path of paths) {
    assert.throws(() => readIntent(forged(path, evil)), { name: 'IntentError' }, path.join('.'));
  }
});

test('values out of bounds are refused', () => {
  const cases: [(string | number)[], unknown][] = [
    [['services', 0, 'members', 0, 'weight'], 256],
    [['services', 0, 'members', 0, 'ports', 'last'], 65_536],
    [['services', 0, 'members', 0, 'ports', 'last'], 1],
    [['vips', 0, 'addresses', 0, 'family'], 6],
    [['vips', 0, 'addresses', 1, 'text'], '2001:DB8::10'],
    [['services', 0, 'members', 0, 'addresses', 0, 'text'], '010.0.0.1'],
  ];
  for (const [path, value] of cases) {
    assert.throws(() => readIntent(forged(path, value)), { name: 'IntentError' }, path.join('.'));
  }
});

test('an intent that is not of the revision that it says is refused', () => {
  assert.throws(() => readIntent({ ...SOME, cluster: 'other' }), { message: /is not that of what it says/ });
});

test('what is no intent is refused with the place that is wrong', () => {
  for (const value of [null, [], 'x', {}, { ...SOME, more: 1 }]) {
    assert.throws(() => readIntent(value), { name: 'IntentError' });
  }
  assert.throws(() => readIntent({ ...SOME, revision: 7 }), { message: /revision must be string/ });
});
