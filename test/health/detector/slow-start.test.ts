import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { slowStartFactor } from '../../../src/health/detector/slow-start.ts';

describe('slow start over 30 s', () => {
  for (const [seconds, factor] of [
    [0, 0.1],
    [2.9, 0.1],
    [3, 0.2],
    [15, 0.6],
    [26.9, 0.9],
    [27, 1],
    [30, 1],
    [900, 1],
    [-5, 0.1],
  ] as const) {
    test(`${seconds} s after it came back: ${factor}`, () => {
      assert.equal(slowStartFactor(1000, 1000 + seconds * 1000, 30_000), factor);
    });
  }

  test('a node that was not away has its full weight', () =>
    assert.equal(slowStartFactor(null, 5, 30_000), 1));
  test('a duration of 0 is none', () => assert.equal(slowStartFactor(0, 0, 0), 1));
});
