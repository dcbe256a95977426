/**
 * A node's state is the worst that any of its checks says, since a node half of which works is one where half of
 * the rooms fail: every worker counts, not only the first. A check's effect limits how bad it may say. Checks
 * that know nothing have no say; where none has, the node is `unknown`.
 */
import type { HealthState } from '../../cluster/view.ts';
import type { Effect } from '../../topology/health/config.ts';
import { isBad, worst } from './worst.ts';

export interface Evidence {
  readonly state: HealthState;
  readonly proven: boolean;
  readonly why: string;
  readonly effect: Effect;
}

export interface Measured {
  readonly state: HealthState;
  /** The worst that a broken network can't explain; see `CheckRecord.proven`. */
  readonly proven: HealthState;
  /** Of what made it so, the first. */
  readonly why: string;
}

export function combine(evidence: Iterable<Evidence>): Measured {
  let state: HealthState = 'unknown';
  let proven: HealthState = 'unknown';
  let why = '';
  for (const each of evidence) {
    const limited = limit(each.state, each.effect);
    const sum = worst(state, limited);
    if (sum !== state && isBad(sum)) why = each.why;
    state = sum;
    if (each.proven && isBad(limited)) proven = worst(proven, limited);
  }
  return { state, proven, why: isBad(state) ? why : '' };
}

function limit(state: HealthState, effect: Effect): HealthState {
  if (effect === 'report') return 'unknown';
  return state === 'down' && effect === 'suspect' ? 'suspect' : state;
}
