/** What is told of one balancer to whoever asks: how it stands, and what the last run did or would do. */
import type { Change } from '../targets/driver.ts';
import type { HistoryEntry } from './memory.ts';
import type { Outcome, Preview } from './reconciler.ts';
import {
  countsOf,
  disruptionsOf,
  nodesOf,
  roomsOf,
  type Loads,
  type NodeRooms,
  type PlanCounts,
} from './summary.ts';

/**
 * `in-sync`: the engine is as wanted. `drift`: somebody else changed it, and it is left so by policy. `refused`:
 * a guard, or the engine's own check, stands against it. `rolled-back`, `failed`: see `Outcome`. `error`: the
 * engine cannot be read, or somebody else has the lock. `stopped`: all is in place, but the engine does not run.
 * `standby`: another replica changes it, or nobody can say. `starting`: nobody has looked yet.
 */
export type Standing =
  'in-sync' | 'drift' | 'refused' | 'rolled-back' | 'failed' | 'error' | 'stopped' | 'standby' | 'starting';

export interface BalancerReport {
  readonly balancer: string;
  readonly target: string;
  readonly where: string;
  readonly standing: Standing;
  /** Of what is wanted of it; null where nothing is yet. */
  readonly wanted: string | null;
  /** Of what it has by RoomLB; null where that was never seen. */
  readonly applied: string | null;
  /** ISO 8601, of the last look. */
  readonly at: string;
  /** Why it does not stand as wanted; null where it does. */
  readonly why: string | null;
  /** What the last look found to do; null where it found nothing, or could not look. */
  readonly plan: PlanReport | null;
  /** Newest first, the last few. */
  readonly history: readonly HistoryEntry[];
}

export interface PlanReport {
  readonly id: string;
  readonly revision: string;
  readonly counts: PlanCounts;
  readonly changes: readonly Change[];
  /** Changes that are left out for their number. */
  readonly more: number;
  readonly steps: readonly string[];
  readonly nodes: readonly string[];
  /** Of these nodes, those with rooms; null where it is not known which have any. */
  readonly rooms: readonly NodeRooms[] | null;
  readonly disruptions: readonly string[];
  readonly notes: readonly string[];
  readonly refusals: Preview['refusals'];
  readonly drift: boolean;
}

/** A report is of bounded size, whatever the plan. */
const MOST_CHANGES = 200;
const MOST_LINES = 40;
const MOST_STEPS = 200;
/** Of the history. */
export const REPORTED_ENTRIES = 20;

/** @param loads rooms by node; null where they are not known */
export function planReport(
  { plan, id, revision, refusals, drift }: Preview,
  loads: Loads = null,
): PlanReport {
  const nodes = nodesOf(plan);
  return {
    id,
    revision,
    counts: countsOf(plan),
    changes: plan.changes.slice(0, MOST_CHANGES).map((change) => ({
      ...change,
      before: change.before.slice(0, MOST_LINES),
      after: change.after.slice(0, MOST_LINES),
    })),
    more: Math.max(0, plan.changes.length - MOST_CHANGES),
    steps: plan.steps.slice(0, MOST_STEPS).map(({ text }) => text),
    nodes,
    rooms: roomsOf(nodes, loads),
    disruptions: disruptionsOf(plan).slice(0, MOST_LINES),
    notes: plan.notes.slice(0, MOST_LINES),
    refusals,
    drift,
  };
}

export function standingOf(outcome: Outcome): Standing {
  if (outcome.result !== 'applied' && outcome.result !== 'unchanged') return outcome.result;
  return outcome.preview.plan.stopped ? 'stopped' : 'in-sync';
}
