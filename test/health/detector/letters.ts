/** Outcomes and states by one letter each, so that tables of them can be read. */
import type { HealthState } from '../../../src/cluster/view.ts';
import type { Outcome } from '../../../src/health/outcome.ts';

export const OUTCOMES: Readonly<Record<string, Outcome>> = {
  '.': { kind: 'ok', rtt: 1 },
  b: { kind: 'busy', rtt: 1, why: 'draining' },
  t: { kind: 'timeout', why: 'no answer' },
  o: { kind: 'timeout', why: 'no answer', nobody: true },
  r: { kind: 'failure', reason: 'refused', why: 'connection refused' },
  u: { kind: 'failure', reason: 'unreachable', why: 'no way there' },
  w: { kind: 'failure', reason: 'wrong-answer', why: 'wrong answer' },
  n: { kind: 'failure', reason: 'wrong-node', why: 'leads to sfu-2', answeredBy: 'sfu-2' },
  s: { kind: 'failure', reason: 'says-down', why: 'worker died' },
  '-': { kind: 'skipped', why: 'no credentials' },
};

export const STATES: Readonly<Record<string, HealthState>> = {
  U: 'up',
  S: 'suspect',
  D: 'down',
  '?': 'unknown',
};

export const outcome = (letter: string): Outcome => {
  const found = OUTCOMES[letter];
  if (!found) throw new Error(`no outcome ${letter}`);
  return found;
};

export const letterOf = (state: HealthState): string =>
  Object.keys(STATES).find((letter) => STATES[letter] === state) ?? '!';
