import type { HealthState } from '../../cluster/view.ts';

const RANK: Readonly<Record<HealthState, number>> = { unknown: 0, up: 1, suspect: 2, down: 3 };

/** The state that says the worse of a node; `unknown` says nothing, so anything else outweighs it. */
export function worst(a: HealthState, b: HealthState): HealthState {
  return RANK[a] >= RANK[b] ? a : b;
}

export function isBad(state: HealthState): boolean {
  return RANK[state] >= RANK.suspect;
}
