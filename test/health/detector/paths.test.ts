import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  judgePath,
  pathEffect,
  VERDICT_TEXTS,
  VERDICTS,
  type Verdict,
} from '../../../src/health/detector/paths.ts';
import { stepCheck, UNKNOWN } from '../../../src/health/detector/check.ts';
import { outcome, STATES } from './letters.ts';

/** Outcomes through the VIP (rise 2, fall 3), and the state of the same worker at its own address. */
const TABLE: readonly (readonly [
  rule: string,
  before: Verdict,
  through: string,
  direct: string,
  verdict: Verdict,
])[] = [
  ['nothing known yet', 'unknown', '-', 'U', 'unknown'],
  ['the right worker answered', 'unknown', '.', 'U', 'fine'],
  ['also if the direct way is broken', 'fine', '.', 'D', 'fine'],
  ['some timeouts: the last verdict stands', 'fine', '.tt', 'U', 'fine'],
  ['enough timeouts, and the worker answers directly', 'fine', '.ttt', 'U', 'dead'],
  ['refused: at once', 'fine', '.r', 'U', 'dead'],
  ['the worker is silent directly as well', 'fine', 'ttt', 'D', 'unproven'],
  ['or begins to be', 'fine', 'ttt', 'S', 'unproven'],
  ['nobody asks it directly', 'fine', 'ttt', '?', 'unproven'],
  ['another worker answered', 'fine', '.n', 'U', 'wrong-node'],
  ['whatever the direct way says', 'fine', '.n', 'D', 'wrong-node'],
  ['silence after that: not every diagnosis meets it', 'wrong-node', '.nt', 'U', 'wrong-node'],
  ['all were asked, and none is there', 'wrong-node', '.no', 'U', 'dead'],
  ['refused after that: the rule was taken away', 'wrong-node', '.nr', 'U', 'dead'],
  ['the first answer of one that was dead', 'dead', '.ttt.', 'U', 'dead'],
  ['the second', 'dead', '.ttt..', 'U', 'fine'],
  ['the first answer after the wrong node', 'wrong-node', '.n.', 'U', 'wrong-node'],
  ['no probe could be made', 'wrong-node', '.n-', 'U', 'wrong-node'],
];

describe('the verdict on a path through the VIP', () => {
  for (const [rule, before, letters, direct, verdict] of TABLE) {
    test(`${rule}: ${verdict}`, () => {
      let through = UNKNOWN;
      for (const letter of letters) through = stepCheck(through, outcome(letter), { rise: 2, fall: 3 });
      assert.equal(judgePath({ before, through, direct: STATES[direct]! }), verdict);
    });
  }
});

describe('what the verdict does to the node', () => {
  for (const [verdict, othersWork, state] of [
    ['fine', false, 'up'],
    ['wrong-node', false, 'down'],
    ['wrong-node', true, 'down'],
    ['dead', true, 'down'],
    ['dead', false, 'unknown'],
    ['unproven', true, 'unknown'],
    ['unknown', true, 'unknown'],
  ] as const) {
    test(`${verdict}, ${othersWork ? 'and others work' : 'as others are'}: ${state}`, () => {
      assert.equal(pathEffect(verdict, othersWork), state);
    });
  }

  test('each verdict has an event, a metric and a hint of its own', () => {
    for (const key of ['event', 'metric', 'hint'] as const) {
      assert.equal(new Set(VERDICTS.map((verdict) => VERDICT_TEXTS[verdict][key])).size, VERDICTS.length);
    }
  });
});
