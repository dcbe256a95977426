import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DampingConfig } from '../../../src/topology/health/config.ts';
import {
  costOf,
  penalise,
  penaltyAt,
  release,
  releaseTime,
  UNDAMPED,
  type Damping,
} from '../../../src/health/detector/damping.ts';
import { STATES } from './letters.ts';

const CONFIG: DampingConfig = { halfLife: 60_000, suppress: 2500, reuse: 1000, maxSuppress: 600_000 };
const SECOND = 1000;

describe('what a fall costs', () => {
  for (const [change, cost] of [
    ['US', 500],
    ['SD', 500],
    ['UD', 1000],
    ['DU', 0],
    ['SU', 0],
    ['DS', 0],
    ['?D', 0],
    ['?S', 0],
    ['U?', 0],
  ] as const) {
    test(`${change}: ${cost}`, () => assert.equal(costOf(STATES[change[0]!]!, STATES[change[1]!]!), cost));
  }
});

describe('the penalty', () => {
  test('halves with every half-life', () => {
    const damping = penalise(UNDAMPED, 1000, 0, CONFIG);
    assert.deepEqual(
      [0, 60, 120, 180].map((s) => penaltyAt(damping, s * SECOND, CONFIG)),
      [1000, 500, 250, 125],
    );
  });

  test('does not grow when the clock goes back', () => {
    assert.equal(penaltyAt(penalise(UNDAMPED, 1000, 5000, CONFIG), 0, CONFIG), 1000);
  });

  /** Times (s) of falls of 1000 each → is it held back after the last, and when (s) is it released? */
  const TABLE: readonly (readonly [rule: string, falls: number[], suppressed: boolean, released: number])[] =
    [
      ['one fall', [0], false, 0],
      ['two within seconds', [0, 5], false, 0],
      ['three within seconds: held back until it has decayed', [0, 5, 10], true, 100],
      ['three, each two minutes after the other, are no flapping', [0, 120, 240], false, 0],
    ];
  for (const [rule, falls, suppressed, released] of TABLE) {
    test(`${rule}: ${falls.join(', ')} s → ${suppressed ? `released at ${released} s` : 'not held back'}`, () => {
      const damping = falls.reduce((d, s) => penalise(d, 1000, s * SECOND, CONFIG), UNDAMPED);
      assert.equal(damping.suppressed, suppressed);
      if (!suppressed) return;
      const due = releaseTime(damping, CONFIG);
      assert.equal(Math.round(due / SECOND), released);
      assert.equal(release(damping, due - 1, CONFIG).suppressed, true);
      assert.equal(release(damping, due + 1, CONFIG).suppressed, false);
    });
  }

  test('has a ceiling from which it decays in maxSuppress, however often it fell', () => {
    let damping: Damping = UNDAMPED;
    for (let i = 0; i < 10_000; i++) damping = penalise(damping, 1000, i, CONFIG);
    const due = releaseTime(damping, CONFIG);
    assert.equal(Math.round((due - damping.at) / SECOND), 600);
  });

  test('suppress and reuse apart: who is held back stays so between them', () => {
    const held = { penalty: 2400, at: 0, suppressed: true };
    assert.equal(release(held, 0, CONFIG).suppressed, true);
    assert.equal(penalise({ ...held, suppressed: false }, 0, 0, CONFIG).suppressed, false);
  });

  test('switching damping off releases', () => {
    assert.equal(release({ penalty: 9999, at: 0, suppressed: true }, 0, null).suppressed, false);
  });
});
