/** What happened to a balancer, as its reports tell one after the other. Pure. */
import type { HistoryEntry } from './memory.ts';
import type { BalancerReport, Standing } from './report.ts';
import type { PlanCounts } from './summary.ts';

interface BalancerEventBase {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly balancer: string;
  readonly target: string;
}

/** Something was done to it, or tried: see `HistoryEntry`. */
export interface BalancerChangeEvent extends BalancerEventBase {
  readonly type:
    | 'balancer.applied'
    | 'balancer.refused'
    | 'balancer.rolled-back'
    | 'balancer.failed'
    | 'balancer.interrupted';
  /** `repair`: somebody else had changed it. */
  readonly what: HistoryEntry['what'];
  readonly revision: string;
  readonly plan: string | null;
  readonly counts: PlanCounts | null;
  /** Milliseconds. */
  readonly took: number;
  readonly why: string | null;
}

/** It stands otherwise than before. */
export interface BalancerStandingEvent extends BalancerEventBase {
  readonly type: 'balancer.standing';
  readonly from: Standing;
  readonly to: Standing;
  readonly why: string | null;
  /** What is left to do. */
  readonly pending: PlanCounts | null;
}

export type BalancerEvent = BalancerChangeEvent | BalancerStandingEvent;

/**
 * @param before the last report; undefined where this is the first
 * @param since ISO 8601: what was done earlier is no news to whoever hears of the balancer for the first time
 */
export function balancerEvents(
  before: BalancerReport | undefined,
  after: BalancerReport,
  since: string,
): BalancerEvent[] {
  const { balancer, target, standing, why, plan } = after;
  const changes = newEntries(before?.history ?? [], after.history, since).map(
    ({ at, result, ...entry }): BalancerEvent => ({
      ...{ type: `balancer.${result}`, at: Date.parse(at), balancer, target },
      ...entry,
    }),
  );
  const from = before?.standing ?? 'starting';
  if (from === standing) return changes;
  const pending = isDone(standing) ? null : (plan?.counts ?? null);
  const at = Date.parse(after.at);
  return [...changes, { type: 'balancer.standing', at, balancer, target, from, to: standing, why, pending }];
}

/** There is nothing to do, whether the engine runs or not. */
export function isDone(standing: Standing): boolean {
  return standing === 'in-sync' || standing === 'stopped';
}

/** Oldest first. */
function newEntries(
  before: readonly HistoryEntry[],
  after: readonly HistoryEntry[],
  since: string,
): HistoryEntry[] {
  const [last] = before;
  const known = last ? after.findIndex((entry) => entry.at === last.at && entry.result === last.result) : -1;
  return after.slice(0, known < 0 ? recent(after, since) : known).reverse();
}

/** One that was interrupted began earlier, and is found out by the first run afterwards. */
function recent(entries: readonly HistoryEntry[], since: string): number {
  const old = entries.findIndex(({ at }) => at < since);
  if (old <= 0) return old < 0 ? entries.length : 0;
  return entries[old]?.result === 'interrupted' ? old + 1 : old;
}
