/**
 * Flap damping, RFC 2439 in spirit. Each fall adds a penalty: 1000 in all for going down, 500 of them for
 * becoming suspect. The penalty halves with every half-life. From `suppress` on the node is held back: though it
 * answers it counts as suspect, so that rooms stay but none come. It is released when the penalty has decayed
 * below `reuse`. The penalty has a ceiling from which that takes `maxSuppress`, so that a node which flapped all
 * night is not punished all day.
 */
import type { HealthState } from '../../cluster/view.ts';
import type { DampingConfig } from '../../topology/health/config.ts';

export interface Damping {
  readonly penalty: number;
  /** When the penalty was that: milliseconds. */
  readonly at: number;
  readonly suppressed: boolean;
}

export const UNDAMPED: Damping = { penalty: 0, at: 0, suppressed: false };

const COST: Readonly<Record<HealthState, number>> = { unknown: 0, up: 0, suspect: 500, down: 1000 };

/** What a change of state costs: nothing unless it is for the worse. Who was never up has not fallen. */
export function costOf(from: HealthState, to: HealthState): number {
  return from === 'unknown' ? 0 : Math.max(0, COST[to] - COST[from]);
}

/** A clock that went backwards decays nothing. */
export function penaltyAt({ penalty, at }: Damping, now: number, { halfLife }: DampingConfig): number {
  return penalty * 2 ** (-Math.max(0, now - at) / halfLife);
}

export function penalise(damping: Damping, cost: number, now: number, config: DampingConfig): Damping {
  const ceiling = config.reuse * 2 ** (config.maxSuppress / config.halfLife);
  const penalty = Math.min(ceiling, penaltyAt(damping, now, config) + cost);
  return { penalty, at: now, suppressed: damping.suppressed || penalty >= config.suppress };
}

/** Releases where the time has come, or where damping was switched off. */
export function release(damping: Damping, now: number, config: DampingConfig | null): Damping {
  if (!damping.suppressed) return damping;
  if (config && penaltyAt(damping, now, config) >= config.reuse) return damping;
  return { ...damping, suppressed: false };
}

/** When it will be released if it doesn't fall again: milliseconds. */
export function releaseTime({ penalty, at }: Damping, { halfLife, reuse }: DampingConfig): number {
  return at + halfLife * Math.max(0, Math.log2(penalty / reuse));
}
