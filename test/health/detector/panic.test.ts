import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CALM, stepPanic, type PanicState } from '../../../src/health/detector/panic.ts';

const CONFIG = { panicThreshold: 0.5, panicSettle: 6000 };
const NOW = 100_000;
const ON: PanicState = { on: true, calmSince: null };
const calmFor = (milliseconds: number): PanicState => ({ on: true, calmSince: NOW - milliseconds });

/** Threshold 0.5: begins above half, ends after 6 s of four tenths or less. */
const TABLE: readonly (readonly [
  rule: string,
  before: PanicState,
  silent: number,
  answering: number,
  now: PanicState,
])[] = [
  ['all answer', CALM, 0, 10, CALM],
  ['half is not most', CALM, 5, 5, CALM],
  ['more than half', CALM, 6, 4, ON],
  ['all', CALM, 10, 0, ON],
  ['still half: it goes on', ON, 5, 5, ON],
  ['four tenths: it settles', ON, 4, 6, calmFor(0)],
  ['has settled for long enough: over', calmFor(6000), 4, 6, CALM],
  ['not yet for long enough', calmFor(5999), 4, 6, calmFor(5999)],
  ['worse again before it had settled', calmFor(5000), 5, 5, ON],
  ['one of two is no majority: the other takes over', CALM, 1, 1, CALM],
  ['two of two: none to compare with', CALM, 2, 0, CALM],
  ['two of three', CALM, 2, 1, ON],
  ['one of three', calmFor(7000), 1, 2, CALM],
  ['no nodes', calmFor(7000), 0, 0, CALM],
];

describe('panic', () => {
  for (const [rule, before, silent, answering, now] of TABLE) {
    test(`${rule}: ${silent} silent, ${answering} answer → ${now.on ? 'panic' : 'no panic'}`, () => {
      assert.deepEqual(stepPanic(before, { silent, answering }, NOW, CONFIG), now);
    });
  }

  test('switched off it never is', () => {
    const off = { ...CONFIG, panicThreshold: null };
    assert.deepEqual(stepPanic(ON, { silent: 10, answering: 0 }, NOW, off), CALM);
  });
});
