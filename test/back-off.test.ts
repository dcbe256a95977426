import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BackOff } from '../src/back-off.ts';

test('pauses double up to the limit', () => {
  const backOff = new BackOff({ first: 1, most: 5 }, () => 0);
  assert.deepEqual([backOff.next(), backOff.next(), backOff.next(), backOff.next()], [1, 2, 4, 5]);
});

test('a success makes the next failure a first one', () => {
  const backOff = new BackOff({ first: 1, most: 60 }, () => 0);
  backOff.next();
  backOff.next();
  backOff.reset();
  assert.equal(backOff.next(), 1);
});

test('jitter shortens a pause by up to a half, and never lengthens it', () => {
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, random) => {
        const backOff = new BackOff({ first: 0.1, most: 30 }, () => random);
        for (let i = 0; i < failures; i++) backOff.next();
        const full = Math.min(30, 0.1 * 2 ** Math.min(failures, 30));
        const pause = backOff.next();
        assert.ok(pause > full / 2 - 1e-9 && pause <= full);
      },
    ),
    { numRuns: 200 },
  );
});
