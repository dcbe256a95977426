import type { HealthState } from '../cluster/view.ts';

/** What one replica believes of a node that it probes. */
export interface Verdict {
  readonly state: HealthState;
  /** Slow start: the share of its weight that it has, 0.1 to 1. */
  readonly factor: number;
  /** Where it is down: media ports of workers that serve all the same. */
  readonly serving: readonly number[];
}

/**
 * What all replicas believe of a node, from what those say that probe it. `unknown` is no vote. More than half of the
 * votes make it down; more than half, or half, make it suspect, since where two disagree one of them may be right.
 * So one of three that sees what nobody else does changes nothing, and one of two moves no room. Undefined where
 * nobody votes.
 */
export function quorum(verdicts: readonly Verdict[]): Verdict | undefined {
  const votes = verdicts.filter(({ state }) => state !== 'unknown');
  if (votes.length === 0) return undefined;
  const down = votes.filter(({ state }) => state === 'down');
  const bad = votes.filter(({ state }) => state !== 'up').length;
  const state = down.length * 2 > votes.length ? 'down' : bad * 2 >= votes.length ? 'suspect' : 'up';
  return {
    state,
    factor: Math.min(...votes.map(({ factor }) => factor)),
    // A room that lives is moved on evidence only: a worker that anybody has seen answering serves.
    serving: [...new Set(down.flatMap(({ serving }) => serving))].sort((a, b) => a - b),
  };
}
