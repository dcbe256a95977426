/**
 * Keeps one balancer as it is wanted: runs when something else is wanted, when a failure is to be tried again, and
 * every so often to see whether somebody else changed it. One run at a time.
 */
import type { Clock } from '../health/clock.ts';
import type { Intent } from '../intent/model.ts';
import { changed, failed, FRESH, nextRun, started, succeeded, type Pace, type Why } from './pacing.ts';
import { isLoss } from './loss.ts';
import { LeaseError } from './fence.ts';
import type { Reconciler } from './reconciler.ts';
import { planReport, REPORTED_ENTRIES, standingOf, type BalancerReport } from './report.ts';

export interface LoopOptions {
  readonly reconciler: Reconciler;
  /** Told in reports. */
  readonly about: Pick<BalancerReport, 'balancer' | 'target' | 'where'>;
  readonly pace: Pace;
  readonly drift: 'repair' | 'report';
  readonly clock: Clock;
  readonly random?: () => number;
  /** After every run. What it throws is nobody's. */
  readonly onReport?: (report: BalancerReport) => void;
}

type Found = Pick<BalancerReport, 'standing' | 'why' | 'plan'>;

/** Milliseconds: a burst of changes is one, and a death that a node reports is told within the blink of an eye. */
export const PACE: Omit<Pace, 'interval'> = {
  debounce: 20,
  patience: 250,
  retryFirst: 1000,
  retryMost: 60_000,
};

/** Milliseconds. */
export const AFTER_ROLLBACK = { retryFirst: 10_000, retryMost: 3_600_000 };
/** Milliseconds between two attempts to take over, at most. */
const STANDBY_MOST = 2000;

export class Loop {
  readonly #options: LoopOptions;
  #pacing = FRESH;
  #intent: Intent | undefined;
  #cancelTimer: () => void = () => undefined;
  #stop: AbortController | undefined;
  #run: Promise<void> = Promise.resolve();
  #report: BalancerReport;

  constructor(options: LoopOptions) {
    this.#options = options;
    const nothing = { wanted: null, applied: null, why: null, plan: null, history: [] };
    this.#report = { ...options.about, ...nothing, standing: 'starting', at: this.#time() };
  }

  get report(): BalancerReport {
    return this.#report;
  }

  /** What is wanted from now on. The same again is no change. */
  want(intent: Intent): void {
    if (this.#intent?.revision === intent.revision) return;
    const urgent = this.#intent !== undefined && isLoss(this.#intent, intent);
    this.#intent = intent;
    this.#pacing = changed(this.#pacing, this.#options.clock.now(), urgent);
    this.#schedule();
  }

  /** As if something had changed: for a person who does not want to wait. */
  runNow(): void {
    this.#pacing = changed(this.#pacing, this.#options.clock.now());
    this.#schedule();
  }

  start(): void {
    this.#stop ??= new AbortController();
    this.#schedule();
  }

  /** Resolves when the run that goes on, if one does, has come to a point where it could stop. */
  async stop(): Promise<void> {
    this.#stop?.abort(new Error('told to stop'));
    this.#cancelTimer();
    await this.#run;
  }

  #schedule(): void {
    this.#cancelTimer();
    if (!this.#stop || this.#stop.signal.aborted || !this.#intent) return;
    const { clock, pace } = this.#options;
    const next = nextRun(this.#pacing, pace);
    if (!next) return;
    const { why } = next;
    this.#cancelTimer = clock.after(Math.max(0, next.at - clock.now()), () => {
      this.#run = this.#go(why);
    });
  }

  async #go(why: Why): Promise<void> {
    const { clock, pace, random = Math.random, onReport } = this.#options;
    const intent = this.#intent;
    const signal = this.#stop?.signal;
    if (!intent || !signal) return;
    this.#pacing = started(this.#pacing);
    const found = await this.#look(intent, why, signal);
    const fine = found.standing === 'in-sync' || found.standing === 'drift';
    this.#pacing = fine
      ? succeeded(this.#pacing, clock.now())
      : failed(this.#pacing, clock.now(), paceAfter(found.standing, pace), random());
    if (!signal.aborted) {
      this.#report = {
        ...this.#options.about,
        ...found,
        ...(await this.#remembered(intent)),
        at: this.#time(),
      };
      onReport?.(this.#report);
    }
    this.#schedule();
  }

  async #look(intent: Intent, cause: Why, signal: AbortSignal): Promise<Found> {
    const { reconciler, drift } = this.#options;
    try {
      if (drift === 'report' && cause !== 'change') {
        const preview = await reconciler.preview(intent);
        if (preview.drift)
          return { standing: 'drift', why: 'somebody else changed it', plan: planReport(preview) };
      }
      const outcome = await reconciler.apply(intent, { unattended: true, signal });
      const standing = standingOf(outcome);
      const plan = outcome.preview.plan.steps.length === 0 ? null : planReport(outcome.preview);
      const why = 'why' in outcome ? outcome.why : standing === 'stopped' ? 'the engine does not run' : null;
      return { standing, why, plan };
    } catch (error) {
      if (error instanceof LeaseError) return { standing: 'standby', why: error.message, plan: null };
      return { standing: 'error', why: error instanceof Error ? error.message : String(error), plan: null };
    }
  }

  /** What is remembered as good is what was applied last, by whomever. */
  async #remembered({ revision }: Intent): Promise<Pick<BalancerReport, 'wanted' | 'applied' | 'history'>> {
    const { memory } = this.#options.reconciler;
    const { good } = await memory.recall().catch(() => ({ good: [] }));
    const history = (await memory.history().catch(() => [])).slice(0, REPORTED_ENTRIES);
    return { wanted: revision, applied: good[0]?.revision ?? null, history };
  }

  #time(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }
}

/**
 * An engine that does not run may be about to: it is looked at soon, and never later than one that does. So may be
 * the end of whoever changes it. What was rolled back may have cost clients their connections, and would again each time
 * that it is tried.
 */
function paceAfter(standing: Found['standing'], pace: Pace): Pace {
  if (standing === 'stopped') return { ...pace, retryMost: Math.min(pace.retryMost, pace.interval) };
  if (standing === 'standby') return { ...pace, retryMost: Math.min(pace.retryMost, STANDBY_MOST) };
  return standing === 'rolled-back' ? { ...pace, ...AFTER_ROLLBACK } : pace;
}
