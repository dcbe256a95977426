import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffLines } from '../../src/reconcile/diff-lines.ts';
import { planId } from '../../src/reconcile/plan-id.ts';
import { countsOf, describeCounts, disruptionsOf, nodesOf } from '../../src/reconcile/summary.ts';
import { changeOf, planWith } from './plans.ts';

const lines = (...changes: Parameters<typeof changeOf>[]) =>
  diffLines(changes.map((each) => changeOf(...each))).map(({ sign, text }) => sign + text);

test('a change shows the lines that differ, and none that are the same', () => {
  const change = { before: ['listen x', 'a', 'b', 'b', 'z'], after: ['listen x', 'b', 'c', 'z'] };
  assert.deepEqual(lines(['x', change]), ['~x', '-  a', '-  b', '+  c']);
});

test('what is added or removed shows all of its lines', () => {
  assert.deepEqual(lines(['x', { kind: 'add', before: [], after: ['a', 'b'] }]), ['+x', '+  a', '+  b']);
  assert.deepEqual(lines(['x', { kind: 'remove', before: ['a'], after: [] }]), ['-x', '-  a']);
});

test('lines that only changed places are said to have done so', () => {
  assert.deepEqual(lines(['x', { before: ['a', 'b'], after: ['b', 'a'] }]), ['~x', '   (other order)']);
});

test('what clients notice stands beside what does it', () => {
  const disrupts = { what: 'connections to a are cut', connections: 3 };
  assert.deepEqual(lines(['x', { disrupts }])[0], '~x  (connections to a are cut)');
  const plan = planWith({
    changes: [changeOf('x', { disrupts }), changeOf('y', { disrupts: { ...disrupts, connections: null } })],
  });
  assert.deepEqual(disruptionsOf(plan), ['connections to a are cut (3 now)', 'connections to a are cut']);
});

test('a plan is counted by what is added, changed and removed', () => {
  const plan = planWith({
    changes: [
      changeOf('a', { kind: 'add', node: 'n2' }),
      changeOf('b', { node: 'n1' }),
      changeOf('c', { node: 'n2' }),
    ],
  });
  assert.deepEqual(countsOf(plan), { added: 1, changed: 2, removed: 0, steps: 1 });
  assert.equal(describeCounts(countsOf(plan)), '1 to add, 2 to change, 0 to remove (1 step)');
  assert.deepEqual(nodesOf(plan), ['n1', 'n2']);
});

test('a plan has another id when it does something else, but not when connections come and go', () => {
  const withConnections = (connections: number) =>
    planWith({ changes: [changeOf('a', { disrupts: { what: 'cut', connections } })] });
  assert.equal(planId(withConnections(1)), planId(withConnections(2)));
  assert.match(planId(planWith()), /^[0-9a-f]{16}$/);
  const others = [
    planWith({ changes: [changeOf('b')] }),
    planWith({ changes: [changeOf('a', { after: ['newer'] })] }),
    planWith({ steps: [{ text: 'do it', action: 1 }] }),
    planWith({ foreign: ['x'] }),
  ];
  assert.equal(new Set([planWith(), ...others].map(planId)).size, 5);
});
