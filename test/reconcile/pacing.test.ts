import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  changed,
  failed,
  FRESH,
  nextRun,
  started,
  succeeded,
  type Pace,
} from '../../src/reconcile/pacing.ts';

const PACE: Pace = { debounce: 100, patience: 1000, interval: 30_000, retryFirst: 1000, retryMost: 60_000 };
const next = (pacing: typeof FRESH) => nextRun(pacing, PACE);

test('the first run is due at once', () => {
  assert.deepEqual(next(FRESH), { at: 0, why: 'drift' });
});

test('a change waits until it is quiet', () => {
  const quiet = succeeded(started(FRESH), 0);
  assert.deepEqual(next(changed(quiet, 5000)), { at: 5100, why: 'change' });
  assert.deepEqual(next(changed(changed(quiet, 5000), 5090)), { at: 5190, why: 'change' });
});

test('what is urgent waits for no quiet, and takes along what waits', () => {
  const urgent = changed(changed(succeeded(started(FRESH), 0), 1000), 1010, true);
  assert.deepEqual(next(changed(urgent, 1015)), { at: 1000, why: 'change' });
  assert.equal(next(changed(succeeded(started(urgent), 1100), 1200))?.at, 1200 + PACE.debounce);
});

test('a burst without end is not waited for', () => {
  let pacing = succeeded(started(FRESH), 0);
  for (let at = 5000; at <= 7000; at += 50) pacing = changed(pacing, at);
  assert.deepEqual(next(pacing), { at: 6000, why: 'change' });
});

test('nothing is due while a run goes on, and what came meanwhile is due after it', () => {
  const running = started(changed(FRESH, 10));
  assert.equal(next(running), null);
  assert.deepEqual(next(succeeded(running, 500)), { at: 30_500, why: 'drift' });
  assert.deepEqual(next(succeeded(changed(running, 300), 500)), { at: 400, why: 'change' });
});

test('after failures pauses double up to a limit, and the first success ends them', () => {
  let pacing = FRESH;
  const pauses: number[] = [];
  for (let i = 0; i < 9; i++) {
    pacing = failed(started(pacing), 0, PACE, 0);
    pauses.push(next(pacing)!.at);
  }
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  assert.equal(next(pacing)!.why, 'retry');
  assert.deepEqual(next(succeeded(started(pacing), 7)), { at: 30_007, why: 'drift' });
});

test('chance shortens a pause by at most a half', () => {
  assert.equal(next(failed(started(FRESH), 0, PACE, 1))!.at, 500);
});

test('something else that is wanted does not wait for the pause after what failed, but for a first one', () => {
  let pacing = FRESH;
  for (let i = 0; i < 8; i++) pacing = failed(started(pacing), 0, PACE, 0);
  assert.deepEqual(next(changed(pacing, 5000)), { at: 5100, why: 'change' });
  assert.deepEqual(next(changed(pacing, 10)), { at: 1000, why: 'change' });
});

test('every change is seen by a run that begins at most the patience later, whatever comes', () => {
  const event = fc.record({ wait: fc.nat(3000), fails: fc.boolean() });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 50 }), (events) => {
      let [pacing, now] = [FRESH, 0];
      let oldest: number | null = null;
      for (const { wait, fails } of events) {
        pacing = changed(pacing, now);
        oldest ??= now;
        const until = now + wait;
        for (let due = next(pacing); due && due.at <= until; due = next(pacing)) {
          now = Math.max(now, due.at);
          const allowed = Math.max(PACE.patience, PACE.retryFirst);
          if (oldest !== null) assert.ok(now - oldest <= allowed + 1, `${now - oldest}`);
          oldest = null;
          pacing = started(pacing);
          now += 10;
          pacing = fails ? failed(pacing, now, PACE, 0.5) : succeeded(pacing, now);
        }
        now = Math.max(now, until);
      }
    }),
  );
});
