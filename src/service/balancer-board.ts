/**
 * How the balancers of a dispatcher stand: those that it drives itself, and those of which agents report. Reports
 * are soft state: whoever starts anew knows of an agent again by its next report.
 */
import { NO_EVENTS, type EventSink } from '../events/bus.ts';
import type { Clock } from '../health/clock.ts';
import type { Intent } from '../intent/model.ts';
import { balancerEvents } from '../reconcile/events.ts';
import type { Loop } from '../reconcile/loop.ts';
import type { HistoryEntry } from '../reconcile/memory.ts';
import type { ApplyOptions, Outcome } from '../reconcile/reconciler.ts';
import { planReport, type BalancerReport, type PlanReport } from '../reconcile/report.ts';
import { roomsOf, type Loads } from '../reconcile/summary.ts';
import type { Balancer } from '../targets/balancer.ts';
import type { Engine } from './open-engine.ts';

/** A balancer that this process drives. */
export interface LocalBalancer extends Engine {
  readonly loop: Loop;
}

export type BalancerStatus = BalancerReport & {
  /** `local`: driven by this dispatcher. `agent`: reported. `nobody`: nobody has said anything of it. */
  readonly source: 'local' | 'agent' | 'nobody';
  /** Seconds since the last report; null where there is none. Agents report every ten or so. */
  readonly age: number | null;
};

export type Found =
  | { readonly found: 'local'; readonly local: LocalBalancer }
  | { readonly found: 'agent'; readonly report: BalancerReport }
  | { readonly found: 'silent'; readonly balancer: Balancer };

export class BalancerBoard {
  readonly #local = new Map<string, LocalBalancer>();
  readonly #reports = new Map<string, { report: BalancerReport; at: number }>();
  /** Balancers that somebody wants applied, until their agent has heard of it. */
  readonly #requests = new Set<string>();

  readonly #told = new Map<string, BalancerReport>();
  readonly #since: string;

  /** @param events told what happens to balancers */
  constructor(
    private readonly clock: Clock,
    private readonly events: EventSink = NO_EVENTS,
  ) {
    this.#since = new Date(clock.now()).toISOString();
  }

  drive(local: LocalBalancer): void {
    this.#local.set(local.balancer.id, local);
  }

  /** Has events told of what is new in a balancer's report. */
  tell(report: BalancerReport): void {
    const before = this.#told.get(report.balancer);
    this.#told.set(report.balancer, report);
    for (const event of balancerEvents(before, report, this.#since)) this.events.emit(event);
  }

  /** @returns whether somebody has asked for an apply since the agent's last report */
  report(report: BalancerReport): boolean {
    this.#reports.set(report.balancer, { report, at: this.clock.now() });
    this.tell(report);
    return this.#requests.delete(report.balancer);
  }

  status(balancer: Balancer): BalancerStatus {
    const local = this.#local.get(balancer.id);
    if (local)
      return { ...local.loop.report, source: 'local', age: this.#age(Date.parse(local.loop.report.at)) };
    const reported = this.#reports.get(balancer.id);
    if (reported) return { ...reported.report, source: 'agent', age: this.#age(reported.at) };
    return { ...unknown(balancer), source: 'nobody', age: null };
  }

  find(balancer: Balancer): Found {
    const local = this.#local.get(balancer.id);
    if (local) return { found: 'local', local };
    const reported = this.#reports.get(balancer.id);
    return reported ? { found: 'agent', report: reported.report } : { found: 'silent', balancer };
  }

  /** What would be done: looked at now where that can be, else as last reported. */
  async plan(
    found: Exclude<Found, { found: 'silent' }>,
    intent: Intent,
    loads: Loads,
  ): Promise<PlanReport | null> {
    if (found.found === 'local') return planReport(await found.local.reconciler.preview(intent), loads);
    const { plan } = found.report;
    // An agent knows of no rooms.
    return plan && { ...plan, rooms: roomsOf(plan.nodes, loads) };
  }

  /** Newest first. */
  async history(found: Exclude<Found, { found: 'silent' }>): Promise<readonly HistoryEntry[]> {
    return found.found === 'local' ? found.local.reconciler.memory.history() : found.report.history;
  }

  /** Applies here and now. */
  async apply(local: LocalBalancer, intent: Intent, options: ApplyOptions): Promise<Outcome> {
    const outcome = await local.reconciler.apply(intent, options);
    // So that it is told how it stands, too. What failed or was refused is not tried again without the options.
    if (outcome.result === 'applied' || outcome.result === 'unchanged') local.loop.runNow();
    return outcome;
  }

  /** Has the agent apply, once it reports the next time. */
  request(balancer: string): void {
    this.#requests.add(balancer);
  }

  #age(at: number): number {
    return Math.max(0, Math.round((this.clock.now() - at) / 1000));
  }
}

function unknown({ id, target }: Balancer): BalancerReport {
  return {
    balancer: id,
    target,
    where: '',
    standing: 'starting',
    wanted: null,
    applied: null,
    at: new Date(0).toISOString(),
    why: 'neither this dispatcher nor an agent (roomlb sync) drives it',
    plan: null,
    history: [],
  };
}
