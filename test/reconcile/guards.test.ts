import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refusals, type Allowances } from '../../src/reconcile/guards.ts';
import type { Plan } from '../../src/targets/driver.ts';
import { planWith, poolOf } from './plans.ts';

const USUAL: Allowances = { maxRemoved: 0.2, allowEmpty: false, adopt: false, plan: null };

function guardsOf(plan: Plan, allowed: Partial<Allowances> = {}): string[] {
  return refusals(plan, 'p1', { ...USUAL, ...allowed }).map(({ guard }) => guard);
}
const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
const without = (count: number, gone: number) => names(count).slice(gone).join(' ');

describe('a shared pool', () => {
  const losing = (total: number, gone: number) =>
    planWith({ pools: [poolOf('v/signalling', names(total).join(' '), without(total, gone))] });

  test('may lose its share, rounded down', () => {
    assert.deepEqual(guardsOf(losing(10, 2)), []);
    assert.deepEqual(guardsOf(losing(10, 3)), ['max-removed']);
    assert.deepEqual(guardsOf(losing(14, 3)), ['max-removed']);
    assert.deepEqual(guardsOf(losing(15, 3)), []);
  });

  test('may always lose one, however small it is, unless nothing may go at all', () => {
    assert.deepEqual(guardsOf(losing(3, 1)), []);
    assert.deepEqual(guardsOf(losing(3, 1), { maxRemoved: 0 }), ['max-removed']);
    assert.deepEqual(guardsOf(losing(3, 2)), ['max-removed']);
  });

  test('may lose all but the last usable one where that share is given', () => {
    assert.deepEqual(guardsOf(losing(4, 3), { maxRemoved: 1 }), []);
    assert.deepEqual(guardsOf(losing(4, 4), { maxRemoved: 1 }), ['empty-pool']);
    assert.deepEqual(guardsOf(losing(4, 4), { maxRemoved: 1, allowEmpty: true }), []);
  });

  test('is as empty with members that take nothing new', () => {
    const draining = planWith({ pools: [poolOf('v/signalling', 'a !b', '!a !b')] });
    assert.deepEqual(guardsOf(draining), ['empty-pool']);
    const empty = planWith({ pools: [poolOf('v/signalling', '!a !b', '!a !b c')] });
    assert.deepEqual(guardsOf(empty), []);
    assert.deepEqual(guardsOf(planWith({ pools: [poolOf('v/signalling', '', '!a')] })), []);
  });

  test('whose members are exchanged for others has lost them', () => {
    const exchanged = planWith({ pools: [poolOf('v/signalling', 'a b c', 'a x y')] });
    assert.deepEqual(guardsOf(exchanged), ['max-removed']);
  });
});

describe('pools of one member', () => {
  const losing = (gone: number, singlePools: number) =>
    planWith({ singlePools, pools: names(gone).map((n) => poolOf(`v/media/${n}/udp`, n, '', false)) });

  test('are counted all together', () => {
    assert.deepEqual(guardsOf(losing(1, 3)), []);
    assert.deepEqual(guardsOf(losing(200, 1000)), []);
    assert.deepEqual(guardsOf(losing(201, 1000)), ['max-removed']);
  });

  test('may all go that are of one node, however few there are, unless nothing may go at all', () => {
    const ofNodes = (...nodes: string[]) =>
      planWith({
        singlePools: 6,
        pools: nodes.flatMap((n) =>
          ['udp', 'tcp'].map((protocol) => poolOf(`v/media/${n}/${protocol}`, n, '', false)),
        ),
      });
    assert.deepEqual(guardsOf(ofNodes('a')), []);
    assert.deepEqual(guardsOf(ofNodes('a'), { maxRemoved: 0 }), ['max-removed']);
    assert.deepEqual(guardsOf(ofNodes('a', 'b')), ['max-removed']);
  });

  test('may be without use: that is what draining means', () => {
    const drained = planWith({ singlePools: 1, pools: [poolOf('v/media/a/udp', 'a', '!a', false)] });
    assert.deepEqual(guardsOf(drained), []);
  });
});

test('what is not RoomLB’s is overwritten only where it is to be adopted', () => {
  const plan = planWith({ foreign: ['/etc/x was not written by RoomLB', 'so was /etc/y'] });
  assert.deepEqual(guardsOf(plan), ['foreign-owner', 'foreign-owner']);
  assert.deepEqual(guardsOf(plan, { adopt: true }), []);
});

test('a plan that is another by now than the one that was looked at is not executed', () => {
  assert.deepEqual(guardsOf(planWith(), { plan: 'p1' }), []);
  assert.deepEqual(guardsOf(planWith(), { plan: 'p0' }), ['stale-plan']);
});

test('a plan that does nothing is never refused', () => {
  assert.deepEqual(guardsOf(planWith({ steps: [], foreign: ['x'] }), { plan: 'p0' }), []);
});
