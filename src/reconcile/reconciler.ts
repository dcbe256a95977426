/**
 * One balancer, brought to what is wanted of it: read, plan, guard, apply, verify, and back if that fails. Knows
 * engines by the interface of drivers only. Nothing is changed without the lock, and nothing is remembered as good
 * that was not read back.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Intent } from '../intent/model.ts';
import { DriverError, type Driver, type Plan } from '../targets/driver.ts';
import { NO_TRACER, type Attributes, type SpanOptions, type Tracer } from '../tracing/tracer.ts';
import { intentFor, type Carried as CarriedPart } from './balancer-intent.ts';
import { carryOut, type Carried, type Task, type VipProbe } from './carry-out.ts';
import { cutOverdue, drainingSince } from './drain-limit.ts';
import { LeaseError, type Fence, type TakeFence } from './fence.ts';
import { refusals, type Allowances, type Refusal } from './guards.ts';
import { takeLock } from './lock.ts';
import { stateHash, type GoodState, type HistoryEntry, type Memory, type Remembered } from './memory.ts';
import { planId } from './plan-id.ts';
import { countsOf } from './summary.ts';

/** What of a balancer's declaration matters here. */
export interface BalancerPolicy extends CarriedPart {
  readonly id: string;
  readonly maxRemoved: number;
  readonly drainLimit: number | null;
}

export interface ReconcilerOptions {
  readonly balancer: BalancerPolicy;
  readonly driver: Driver;
  readonly memory: Memory;
  readonly lockFile: string;
  /** Left out: no other replica changes the engine. */
  readonly fence?: TakeFence | undefined;
  /** Asked before and after an apply: what answered has to go on doing so. Left out: nothing is sent. */
  readonly probe?: VipProbe | undefined;
  readonly now?: () => Date;
  readonly tracer?: Tracer | undefined;
}

/** What would be done, and what speaks against it. Nothing was changed to find out. */
export interface Preview {
  readonly revision: string;
  readonly id: string;
  readonly plan: Plan;
  readonly refusals: readonly Refusal[];
  /** The engine differs although just this was applied: somebody else changed it, or it came back without. */
  readonly drift: boolean;
}

export type Outcome = { readonly preview: Preview } & ({ readonly result: 'unchanged' } | Carried);

export interface ApplyOptions extends Partial<Allowances> {
  /** By the loop rather than by a person: what somebody went back from is then left alone. */
  readonly unattended?: boolean;
  readonly signal?: AbortSignal;
  /** Seconds to wait for the lock; default 10. */
  readonly patience?: number;
  /** Before each step, with its text. */
  readonly onStep?: (text: string) => void;
}

const PATIENCE_SECONDS = 10;

export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #now: () => Date;
  readonly #tracer: Tracer;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#tracer = options.tracer ?? NO_TRACER;
    this.#now = options.now ?? (() => new Date());
  }

  get memory(): Memory {
    return this.#options.memory;
  }

  /** Changes nothing, and needs no lock. */
  async preview(intent: Intent, allowed: Partial<Allowances> = {}): Promise<Preview> {
    const remembered = await this.memory.recall();
    return (await this.#look(this.#wanted(intent, remembered), remembered, allowed)).preview;
  }

  /** @throws LockError; LeaseError; DriverError where the engine cannot be read */
  apply(intent: Intent, options: ApplyOptions = {}): Promise<Outcome> {
    const { unattended } = options;
    const root = unattended ? { root: 'always' as const } : {};
    return this.#span('balancer apply', { outcome: toldOf, ...root }, () => this.#apply(intent, options));
  }

  async #apply(intent: Intent, options: ApplyOptions): Promise<Outcome> {
    return this.#locked(options, async (remembered, signal) => {
      const wanted = this.#wanted(intent, remembered);
      const since = drainingSince(wanted, remembered.drainingSince, this.#now());
      if (!isDeepStrictEqual(since, remembered.drainingSince))
        await this.memory.remember({ drainingSince: since });
      const { preview, actual, desired } = await this.#look(wanted, remembered, options);
      if (options.unattended && remembered.held === wanted.revision) {
        const why = `revision ${wanted.revision} was rolled back, and is not applied again by itself`;
        return { preview, result: 'refused', why };
      }
      const { probe } = this.#options;
      const outcome = await this.#carryOut(
        preview,
        preview.drift ? 'repair' : 'apply',
        { ...options, signal },
        {
          wanted: desired,
          actual,
          fallback: await this.#fallback(remembered, desired, actual),
          probe: probe ? (wish) => probe(wanted, wish) : null,
        },
      );
      if (outcome.result === 'applied' || outcome.result === 'unchanged') {
        if (remembered.held !== null && !options.unattended) await this.memory.remember({ held: null });
        await this.#keep(wanted.revision, desired, remembered);
      }
      return outcome;
    });
  }

  /**
   * Back to the newest good state that the engine is not in, or to the one of a revision. What was newer is then
   * held back from the loop, until something else is wanted or a person applies it.
   *
   * @returns undefined where there is no such state
   * @throws LockError; LeaseError; DriverError where the engine cannot be read
   */
  rollback(options: ApplyOptions & { readonly revision?: string } = {}): Promise<Outcome | undefined> {
    return this.#span('balancer rollback', { outcome: (done) => (done ? toldOf(done) : {}) }, () =>
      this.#rollback(options),
    );
  }

  async #rollback(options: ApplyOptions & { readonly revision?: string }): Promise<Outcome | undefined> {
    return this.#locked(options, async (remembered, signal) => {
      const { driver } = this.#options;
      const actual = await driver.read();
      const target = await this.#earlier(actual, remembered, options.revision);
      if (!target) return undefined;
      const { good, state } = target;
      const preview = this.#judge(good.revision, driver.plan(actual, state), options, false);
      const outcome = await this.#carryOut(
        preview,
        'rollback',
        { ...options, signal },
        {
          wanted: state,
          actual,
          fallback: actual,
          probe: null,
        },
      );
      if (outcome.result !== 'applied' && outcome.result !== 'unchanged') return outcome;
      const newest = remembered.good[0];
      if (newest && newest.revision !== good.revision) await this.memory.remember({ held: newest.revision });
      await this.memory.goBackTo(good);
      return outcome;
    });
  }

  async #locked<T>(
    { patience = PATIENCE_SECONDS, signal }: ApplyOptions,
    work: (remembered: Remembered, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const lock = await takeLock(this.#options.lockFile, patience);
    try {
      const fence = await this.#fence();
      const signals = [signal, fence?.signal].filter((each) => each !== undefined);
      return await work(await this.#settle(), AbortSignal.any(signals));
    } finally {
      await lock.release();
    }
  }

  async #fence(): Promise<Fence | undefined> {
    const fence = await this.#options.fence?.();
    if (fence && !(await this.memory.pass(fence.token))) {
      throw new LeaseError(`token ${fence.token} is late: a replica that came later has changed it`);
    }
    return fence;
  }

  #wanted(intent: Intent, { drainingSince: since }: Remembered): Intent {
    const { balancer } = this.#options;
    return cutOverdue(intentFor(intent, balancer), since, balancer.drainLimit, this.#now());
  }

  /** The name of its balancer is in every span of it. */
  #span<T>(name: string, options: SpanOptions<T>, work: () => T): T {
    const { balancer, driver } = this.#options;
    const attributes = { 'roomlb.balancer': balancer.id, 'roomlb.target': driver.target };
    return this.#tracer.span(name, { ...options, attributes }, work);
  }

  #look(
    wanted: Intent,
    remembered: Remembered,
    allowed: Partial<Allowances>,
  ): Promise<{ preview: Preview; actual: unknown; desired: unknown }> {
    return this.#span('balancer plan', { outcome: ({ preview }) => planTold(preview) }, () =>
      this.#readAndPlan(wanted, remembered, allowed),
    );
  }

  async #readAndPlan(
    wanted: Intent,
    { good }: Remembered,
    allowed: Partial<Allowances>,
  ): Promise<{ preview: Preview; actual: unknown; desired: unknown }> {
    const { driver } = this.#options;
    const desired = driver.desired(wanted);
    const actual = await driver.read();
    const plan = driver.plan(actual, desired);
    const drift = plan.steps.length > 0 && good[0]?.hash === stateHash(desired);
    return { preview: this.#judge(wanted.revision, plan, allowed, drift), actual, desired };
  }

  #judge(revision: string, plan: Plan, allowed: Partial<Allowances>, drift: boolean): Preview {
    const id = planId(plan);
    const allowances: Allowances = {
      maxRemoved: allowed.maxRemoved ?? this.#options.balancer.maxRemoved,
      allowEmpty: allowed.allowEmpty ?? false,
      adopt: allowed.adopt ?? false,
      plan: allowed.plan ?? null,
    };
    return { revision, id, plan, refusals: refusals(plan, id, allowances), drift };
  }

  /** The last good state, unless it is the very one that was to be applied; else what was there. */
  async #fallback({ good }: Remembered, desired: unknown, actual: unknown): Promise<unknown> {
    const [newest] = good;
    if (!newest || newest.hash === stateHash(desired)) return actual;
    return (await this.memory.stateOf(newest)) ?? actual;
  }

  async #earlier(
    actual: unknown,
    { good }: Remembered,
    revision: string | undefined,
  ): Promise<{ good: GoodState; state: unknown } | undefined> {
    for (const one of good) {
      if (revision !== undefined && one.revision !== revision) continue;
      const state = await this.memory.stateOf(one);
      if (state === undefined) continue;
      const differs = this.#options.driver.plan(actual, state).steps.length > 0;
      if (revision !== undefined || differs) return { good: one, state };
    }
    return undefined;
  }

  async #carryOut(
    preview: Preview,
    what: HistoryEntry['what'],
    { signal = new AbortController().signal, onStep }: ApplyOptions,
    task: Pick<Task, 'wanted' | 'actual' | 'fallback' | 'probe'>,
  ): Promise<Outcome> {
    const { plan, id, revision } = preview;
    if (plan.steps.length === 0) return { preview, result: 'unchanged' };
    const began = this.#now();
    const carried = await this.#allowed(preview, began, () =>
      carryOut({ ...task, driver: this.#options.driver, plan, signal, onStep, tracer: this.#tracer }),
    );
    await this.memory.log({
      at: began.toISOString(),
      took: this.#now().getTime() - began.getTime(),
      what,
      result: carried.result,
      revision,
      plan: id,
      counts: countsOf(plan),
      why: carried.result === 'applied' ? null : carried.why,
    });
    return { preview, ...carried };
  }

  async #allowed(preview: Preview, began: Date, work: () => Promise<Carried>): Promise<Carried> {
    const { refusals: reasons, revision, id } = preview;
    if (reasons.length > 0) {
      return {
        result: 'refused',
        why: reasons.map(({ message, hint }) => `${message} (${hint})`).join('; '),
      };
    }
    await this.memory.begin({ revision, plan: id, at: began.toISOString() });
    try {
      const carried = await work();
      await this.memory.end();
      return carried;
    } catch (error) {
      // Nothing was changed; of whatever else ends it here, the next run has to know.
      if (error instanceof DriverError) await this.memory.end();
      throw error;
    }
  }

  async #keep(revision: string, state: unknown, { good }: Remembered): Promise<void> {
    if (good[0]?.hash !== stateHash(state)) await this.memory.addGood(revision, this.#now(), state);
  }

  /** An apply that ended in the middle is told of once; the next one goes on from wherever it came to. */
  async #settle(): Promise<Remembered> {
    const remembered = await this.memory.recall();
    const { underway } = remembered;
    if (underway === null) return remembered;
    await this.memory.log({
      ...underway,
      took: 0,
      what: 'apply',
      result: 'interrupted',
      counts: null,
      why: 'the process that applied it ended in the middle',
    });
    await this.memory.end();
    return { ...remembered, underway: null };
  }
}

function toldOf({ preview, result }: Outcome): Attributes {
  return { 'roomlb.result': result, ...planTold(preview) };
}

function planTold({ plan, revision, drift, refusals: reasons }: Preview): Attributes {
  return {
    'roomlb.revision': revision,
    'roomlb.changes': plan.changes.length,
    'roomlb.steps': plan.steps.length,
    'roomlb.drift': drift,
    'roomlb.refusals': reasons.length,
  };
}
