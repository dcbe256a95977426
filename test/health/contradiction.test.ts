import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HealthState } from '../../src/cluster/view.ts';
import { contradictions } from '../../src/health/contradiction.ts';
import type { CheckHealth, NodeHealth } from '../../src/health/detector/records.ts';
import type { Verdict } from '../../src/health/detector/paths.ts';
import { outcome, STATES } from './detector/letters.ts';

function nodeThat(state: HealthState, checks: CheckHealth[] = []): NodeHealth {
  return {
    node: 'sfu-1',
    state,
    since: 0,
    why: '',
    measured: state,
    factor: 1,
    penalty: 0,
    heldUntil: null,
    checks,
    history: [],
  };
}

const at = { id: 'it', target: '127.0.0.1:1/udp' };
const checkThat = (state: HealthState, verdict?: Verdict, alive = 0): CheckHealth => ({
  ...at,
  check: verdict === undefined ? 'stun' : 'vip-stun',
  state,
  why: '',
  alive,
  silent: 0,
  last: null,
  ...(verdict !== undefined && { verdict }),
});
const found = (letter: string, verdict?: Verdict) => [
  {
    ...at,
    check: verdict === undefined ? ('stun' as const) : ('vip-stun' as const),
    outcome: outcome(letter),
    took: 1,
    ...(verdict !== undefined && { verdict }),
  },
];

describe('answers against what is believed', () => {
  // State of the check, what it answers now, and whether that contradicts.
  const checks = [
    'U . no',
    'U t yes',
    'U r yes',
    'U b yes',
    'U s yes',
    'U - no',
    'S t no',
    'S . no',
    'D . yes',
    'D b yes',
    'D r no',
    'D - no',
    '? t no',
    '? . no',
  ];
  for (const row of checks) {
    const [state = '', letter = '', expected] = row.split(' ');
    test(`of a check that is asked all the time: ${row}`, () => {
      const node = nodeThat('up', [checkThat(STATES[state]!)]);
      assert.equal(contradictions(node, found(letter)).length, expected === 'yes' ? 1 : 0);
    });
  }

  test('one that is on its way up is not contradicted by an answer', () => {
    assert.deepEqual(contradictions(nodeThat('down', [checkThat('down', undefined, 1)]), found('.')), []);
  });

  const paths: [Verdict, Verdict, boolean][] = [
    ['fine', 'fine', false],
    ['fine', 'dead', true],
    ['fine', 'wrong-node', true],
    ['fine', 'unproven', false],
    ['dead', 'dead', false],
    ['dead', 'fine', true],
    ['dead', 'wrong-node', true],
    ['wrong-node', 'fine', true],
    ['unproven', 'fine', false],
    ['unknown', 'dead', false],
  ];
  for (const [believed, now, expected] of paths) {
    test(`of a path that was ${believed} and is ${now}: ${expected ? 'yes' : 'no'}`, () => {
      const state = believed === 'fine' ? 'up' : 'down';
      const letter = now === 'fine' ? '.' : now === 'wrong-node' ? 'n' : 't';
      const told = contradictions(nodeThat('up', [checkThat(state, believed)]), found(letter, now));
      assert.deepEqual(
        told.map((each) => [each.believed, each.found]),
        expected ? [[believed, now]] : [],
      );
    });
  }

  // State of the node, what something else than its checks answers, and whether that contradicts.
  for (const row of ['U . no', 'U r yes', 'S t yes', '? r yes', 'D . no', 'D t no', 'U - no']) {
    const [state = '', letter = '', expected] = row.split(' ');
    test(`of what is not asked all the time: ${row}`, () => {
      const told = contradictions(nodeThat(STATES[state]!), found(letter));
      assert.equal(told.length, expected === 'yes' ? 1 : 0);
    });
  }

  test('of a path that is not probed all the time, and of a node of which nothing is', () => {
    assert.equal(contradictions(nodeThat('up'), found('t', 'dead')).length, 1);
    assert.equal(contradictions(nodeThat('up'), found('t', 'unproven')).length, 0);
    assert.equal(contradictions(undefined, found('r')).length, 1);
  });

  test('it is told with all that there is to know', () => {
    const [result] = found('r');
    assert.deepEqual(contradictions(nodeThat('up'), [{ ...result!, hint: 'look there' }]), [
      {
        id: 'it',
        check: 'stun',
        target: '127.0.0.1:1/udp',
        believed: 'up',
        found: 'refused',
        why: 'connection refused',
        hint: 'look there',
      },
    ]);
  });
});
