/**
 * One check of one endpoint: from outcomes, one after the other, to a state.
 *
 * - An answer makes a check that was never heard of `up` at once: there was nothing to come back from.
 * - The first timeout makes it `suspect`; `fall` timeouts in a row make it `down`. The count starts again with
 *   every answer, so that timeouts hours apart never add up.
 * - Definite evidence (a failure) makes it `down` at once, whatever came before.
 * - To be `up` again takes `rise` answers in a row; any timeout or failure between them starts the count again.
 * - Who answers that it takes nothing new (busy) is alive: `suspect`, never down for that, and it counts as an
 *   answer on the way up.
 * - A probe that could not be made says nothing: nothing changes.
 */
import type { HealthState } from '../../cluster/view.ts';
import { FAILURE_REASONS, type Outcome } from '../outcome.ts';

export interface CheckRecord {
  readonly state: HealthState;
  /** Answers in a row. */
  readonly alive: number;
  /** Timeouts in a row. */
  readonly silent: number;
  /**
   * A broken network between here and the node can't explain the state: the node said so itself, or its host's
   * kernel did by refusing.
   */
  readonly proven: boolean;
  /** What made it worse last; `nobody`: a timeout, and no other known worker was there either. */
  readonly cause: Cause | null;
  /** In words, empty where there is nothing to explain. */
  readonly why: string;
}

export const CAUSES = [...FAILURE_REASONS, 'timeout', 'nobody', 'busy'] as const;
export type Cause = (typeof CAUSES)[number];

export const UNKNOWN: CheckRecord = {
  state: 'unknown',
  alive: 0,
  silent: 0,
  proven: false,
  cause: null,
  why: '',
};

export interface Thresholds {
  readonly rise: number;
  readonly fall: number;
}

export function stepCheck(before: CheckRecord, outcome: Outcome, { rise, fall }: Thresholds): CheckRecord {
  switch (outcome.kind) {
    case 'skipped':
      return before;
    case 'failure': {
      const proven = outcome.reason === 'refused' || outcome.reason === 'says-down';
      return { state: 'down', alive: 0, silent: 0, proven, cause: outcome.reason, why: outcome.why };
    }
    case 'timeout': {
      const silent = before.silent + 1;
      const down = before.state === 'down' || silent >= fall;
      // Who was proven down does not become less so by falling silent.
      const proven = before.state === 'down' && before.proven;
      const why = silent > 1 ? `${outcome.why} (${silent} times in a row)` : outcome.why;
      const cause = outcome.nobody ? 'nobody' : 'timeout';
      return { state: down ? 'down' : 'suspect', alive: 0, silent, proven, cause, why };
    }
    case 'ok':
    case 'busy': {
      const alive = before.alive + 1;
      const risen = before.state === 'unknown' || before.state === 'up' || alive >= rise;
      if (risen && outcome.kind === 'busy') {
        return { state: 'suspect', alive, silent: 0, proven: true, cause: 'busy', why: outcome.why };
      }
      if (risen) return { state: 'up', alive, silent: 0, proven: false, cause: null, why: '' };
      const why = `${before.why.replace(/; answers again.*$/, '')}; answers again (${alive} of ${rise})`;
      return { ...before, alive, silent: 0, why };
    }
  }
}
