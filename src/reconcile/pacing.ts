/**
 * When the loop runs: a pure state machine. Changes that come in a burst make one run, once it has been quiet for
 * a moment, but no later than a limit after the first of them; what is urgent does not wait for quiet. A run that
 * failed is tried again with pauses that double. Between changes there is a look for drift every so often. Times
 * are milliseconds of any clock that never goes back.
 */

export interface Pace {
  /** Quiet time that ends a burst. */
  readonly debounce: number;
  /** The longest that a change waits for quiet. */
  readonly patience: number;
  /** Between two looks for drift. */
  readonly interval: number;
  /** The first pause after a failure, before jitter. */
  readonly retryFirst: number;
  readonly retryMost: number;
}

export interface Pacing {
  /** When the first change came that no run has seen yet; null: there is none. */
  readonly firstChange: number | null;
  readonly lastChange: number | null;
  /** One of these changes is not to wait for quiet. */
  readonly urgent: boolean;
  readonly running: boolean;
  /** Runs that failed, in a row. */
  readonly failures: number;
  /** When to try again what failed; null: nothing did. */
  readonly notBefore: number | null;
  /** When the last run ended; null: none did. */
  readonly lastRun: number | null;
}

export type Why = 'change' | 'drift' | 'retry';

export const FRESH: Pacing = {
  firstChange: null,
  lastChange: null,
  urgent: false,
  running: false,
  failures: 0,
  notBefore: null,
  lastRun: null,
};

/** Something else is wanted of the engine now. @param urgent it is not to wait for quiet */
export function changed(pacing: Pacing, now: number, urgent = false): Pacing {
  const { firstChange } = pacing;
  return { ...pacing, firstChange: firstChange ?? now, lastChange: now, urgent: pacing.urgent || urgent };
}

/** A run begins, and sees every change so far. */
export function started(pacing: Pacing): Pacing {
  return { ...pacing, running: true, firstChange: null, lastChange: null, urgent: false };
}

export function succeeded(pacing: Pacing, now: number): Pacing {
  return { ...pacing, running: false, failures: 0, notBefore: null, lastRun: now };
}

/** @param random 0 to 1: shortens the pause by up to a half, so that those who failed together don't meet again */
export function failed(pacing: Pacing, now: number, pace: Pace, random: number): Pacing {
  // 2 ** 30 firsts are beyond any limit, and far from overflowing.
  const full = Math.min(pace.retryMost, pace.retryFirst * 2 ** Math.min(pacing.failures, 30));
  const pause = full * (1 - random / 2);
  return { ...pacing, running: false, failures: pacing.failures + 1, notBefore: now + pause, lastRun: now };
}

/** When the next run is due, and why; null while one runs. A time that has passed means now. */
export function nextRun(pacing: Pacing, pace: Pace): { readonly at: number; readonly why: Why } | null {
  const { running, firstChange, lastChange, urgent, lastRun, notBefore } = pacing;
  if (running) return null;
  if (firstChange !== null && lastChange !== null) {
    const quiet = urgent ? firstChange : Math.min(lastChange + pace.debounce, firstChange + pace.patience);
    // Something else is wanted than what failed, so that needn't wait as long: only for a first pause.
    const at = notBefore === null || lastRun === null ? quiet : Math.max(quiet, lastRun + pace.retryFirst);
    return { at, why: 'change' };
  }
  if (notBefore !== null) return { at: notBefore, why: 'retry' };
  return { at: lastRun === null ? 0 : lastRun + pace.interval, why: 'drift' };
}
