import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VERDICT_TEXTS, verdictNow } from '../../src/health/detector/paths.ts';
import { hintFor, resultWord, type AskedBy } from '../../src/health/hints.ts';
import { FAILURE_REASONS, type Outcome } from '../../src/health/outcome.ts';
import { CHECK_TYPES } from '../../src/topology/health/config.ts';

const ASKED_BY: readonly AskedBy[] = [...CHECK_TYPES, 'plain-stun'];
const ok: Outcome = { kind: 'ok', rtt: 1 };
const busy: Outcome = { kind: 'busy', rtt: 1, why: 'w' };
const silent: Outcome = { kind: 'timeout', why: 'w' };
const skipped: Outcome = { kind: 'skipped', why: 'w' };
const failures = FAILURE_REASONS.map((reason): Outcome => ({ kind: 'failure', reason, why: 'w' }));
const refused = failures[FAILURE_REASONS.indexOf('refused')]!;
const wrongNode = failures[FAILURE_REASONS.indexOf('wrong-node')]!;

describe('hints', () => {
  test('there is one for everything that is wrong, and none for what is fine', () => {
    for (const by of ASKED_BY) {
      assert.equal(hintFor(by, ok), undefined);
      for (const outcome of [busy, silent, skipped, ...failures])
        assert.match(hintFor(by, outcome) ?? '', /^[A-Z].*\.$/, `${by} ${resultWord(outcome)}`);
    }
  });

  test('what is wrong with a path goes before what its probe alone says', () => {
    assert.equal(hintFor('vip-stun', refused, 'dead'), VERDICT_TEXTS.dead.hint);
    assert.notEqual(hintFor('vip-stun', skipped, 'unknown'), VERDICT_TEXTS.unknown.hint);
  });
});

describe('the verdict on a path after a single round', () => {
  for (const [what, through, direct, verdict] of [
    ['answered', ok, silent, 'fine'],
    ['answered by one that is busy', busy, ok, 'fine'],
    ['not asked', skipped, ok, 'unknown'],
    ['answered by another', wrongNode, ok, 'wrong-node'],
    ['answered by another, and not by the node either', wrongNode, silent, 'wrong-node'],
    ['silent, where the node answers', silent, ok, 'dead'],
    ['refused, where the node answers', refused, busy, 'dead'],
    ['silent, as the node', silent, silent, 'unproven'],
    ['silent, where the node was not asked', silent, undefined, 'unproven'],
  ] as const) {
    test(`${what}: ${verdict}`, () => assert.equal(verdictNow(through, direct), verdict));
  }
});
