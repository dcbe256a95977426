import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Effect } from '../../../src/topology/health/config.ts';
import { combine, type Evidence } from '../../../src/health/detector/combine.ts';
import { letterOf, STATES } from './letters.ts';

const evidence = (text: string): Evidence => {
  const [, letter = '', sign, effect] = /^(.)(!?)(?:\/(\w+))?$/.exec(text) ?? [];
  const state = STATES[letter];
  assert.ok(state, text);
  return { state, proven: sign === '!', why: text, effect: (effect ?? 'down') as Effect };
};

/** `D!`: down, proven. `D/suspect`: down by a check that makes a node suspect at worst. */
const TABLE: readonly (readonly [
  rule: string,
  checks: string,
  state: string,
  proven: string,
  why: string,
])[] = [
  ['no checks', '', '?', '?', ''],
  ['checks that know nothing have no say', '? U', 'U', '?', ''],
  ['every worker counts', 'U U D U', 'D', '?', 'D'],
  ['the worst wins', 'S D U', 'D', '?', 'D'],
  ['of the equally bad the first gives the reason', 'S S!', 'S', 'S', 'S'],
  ['a check of effect suspect makes it suspect at worst', 'U D/suspect', 'S', '?', 'D/suspect'],
  ['but outweighs nothing', 'D D/suspect', 'D', '?', 'D'],
  ['a check of effect report has no say', 'U D!/report', 'U', '?', ''],
  ['nor a good one', 'U/report', '?', '?', ''],
  ['proven is what the proven alone would say', 'D S! U', 'D', 'S', 'D'],
  ['within the limit of their effect', 'D!/suspect U', 'S', 'S', 'D!/suspect'],
];

describe('the state of a node from its checks', () => {
  for (const [rule, checks, state, proven, why] of TABLE) {
    test(`${rule}: ${checks || 'none'} → ${state}`, () => {
      const measured = combine(checks.split(' ').filter(Boolean).map(evidence));
      assert.deepEqual(
        [letterOf(measured.state), letterOf(measured.proven), measured.why],
        [state, proven, why],
      );
    });
  }
});
