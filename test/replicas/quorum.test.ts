import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { HealthState } from '../../src/cluster/view.ts';
import { quorum, type Verdict } from '../../src/replicas/quorum.ts';

const said = (state: HealthState, more: Partial<Verdict> = {}): Verdict => ({
  state,
  factor: 1,
  serving: [],
  ...more,
});
const state = fc.constantFrom<HealthState>('up', 'suspect', 'down', 'unknown');
const verdict = fc.record({
  state,
  factor: fc.constantFrom(0.1, 0.5, 1),
  serving: fc.uniqueArray(fc.integer({ min: 1, max: 4 })),
});
const verdicts = fc.array(verdict, { maxLength: 7 });
const stateOf = (states: readonly HealthState[]) => quorum(states.map((each) => said(each)))?.state;

describe('a quorum', () => {
  test('of one is what that one says, of none is nothing', () => {
    for (const each of ['up', 'suspect', 'down'] as const) assert.equal(stateOf([each]), each);
    assert.equal(stateOf([]), undefined);
    assert.equal(stateOf(['unknown', 'unknown']), undefined);
  });

  test('decides down by more than half, suspect by half', () => {
    const table: readonly [string, HealthState][] = [
      ['up down', 'suspect'],
      ['up suspect', 'suspect'],
      ['down down', 'down'],
      ['up up down', 'up'],
      ['up down down', 'down'],
      ['up suspect down', 'suspect'],
      ['suspect suspect down', 'suspect'],
      ['up down unknown', 'suspect'],
      ['down unknown unknown', 'down'],
    ];
    for (const [votes, expected] of table) {
      assert.equal(stateOf(votes.split(' ') as HealthState[]), expected, votes);
    }
  });

  test('does not depend on the order in which they speak', () => {
    fc.assert(
      fc.property(verdicts, (all) => {
        assert.deepEqual(quorum(all), quorum([...all].reverse()));
      }),
    );
  });

  test('of three or more that agree is not changed by a lone dissenter', () => {
    fc.assert(
      fc.property(state, state, fc.integer({ min: 2, max: 6 }), (agreed, dissent, many) => {
        fc.pre(agreed !== 'unknown');
        assert.equal(stateOf([...Array<HealthState>(many).fill(agreed), dissent]), agreed);
      }),
    );
  });

  test('is never down unless more than half of those who vote say so, nor up where they do', () => {
    fc.assert(
      fc.property(verdicts, (all) => {
        const votes = all.filter((each) => each.state !== 'unknown');
        const down = votes.filter((each) => each.state === 'down').length;
        assert.equal(quorum(all)?.state === 'down', down * 2 > votes.length && votes.length > 0);
      }),
    );
  });

  test('gives a node the least weight that anybody gives it, and keeps rooms on workers that anybody saw', () => {
    const all = [
      said('down', { serving: [40_001] }),
      said('down', { serving: [40_000], factor: 0.3 }),
      said('up'),
    ];
    assert.deepEqual(quorum(all), { state: 'down', factor: 0.3, serving: [40_000, 40_001] });
  });
});
