/** A plan that was allowed is applied, read back, and undone if it does not hold. */
import type { Intent } from '../intent/model.ts';
import { DriverError, type Driver, type Plan } from '../targets/driver.ts';
import type { Tracer } from '../tracing/tracer.ts';
import { nodesOf } from './summary.ts';

/** What to ask for through the VIP. */
export interface ProbeWish {
  /** That the change is about. */
  readonly nodes: readonly string[];
  /** Null, before the change: whatever can be asked. After it: what answered before. */
  readonly only: ReadonlySet<string> | null;
}

/**
 * Endpoints of an intent by name, and whether each answers through the VIP. What had answered and does not any more,
 * and is not to blame on the change, is left out. Never rejects.
 */
export type VipProbe = (intent: Intent, wish: ProbeWish) => Promise<ReadonlyMap<string, boolean>>;

export interface Task {
  readonly driver: Driver;
  readonly plan: Plan;
  /** What the plan leads to. */
  readonly wanted: unknown;
  /** What there was when it was planned. */
  readonly actual: unknown;
  /** Where to go back to. */
  readonly fallback: unknown;
  readonly probe: ((wish: ProbeWish) => Promise<ReadonlyMap<string, boolean>>) | null;
  readonly signal: AbortSignal;
  readonly onStep?: ((text: string) => void) | undefined;
  readonly tracer: Tracer;
}

export type Carried =
  | { readonly result: 'applied' }
  /** By the engine's own check: nothing was changed. */
  | { readonly result: 'refused'; readonly why: string }
  /** It failed, and the engine is as `fallback` says. */
  | { readonly result: 'rolled-back'; readonly why: string }
  /** It failed, and so did the way back. */
  | { readonly result: 'failed'; readonly why: string };

/**
 * Engines may take a while to settle, and others may change them meanwhile: what is left to do after an apply is
 * done so many times over before it counts as failed.
 */
const MAX_ROUNDS = 3;
/** A name for each of many endpoints would drown the message. */
const NAMED = 5;

/**
 * @throws the signal's reason where it was told to stop: whatever is half done is for the next run; DriverError
 *   `unreachable` where what is needed isn't there, and nothing was changed
 */
export async function carryOut(task: Task): Promise<Carried> {
  const { signal, fallback, driver, tracer } = task;
  const probe =
    task.probe && ((wish: ProbeWish) => tracer.span('balancer probe', {}, async () => task.probe?.(wish)));
  try {
    const nodes = nodesOf(task.plan);
    const worked = namesOf((await probe?.({ nodes, only: null })) ?? new Map(), true);
    await bringTo(task, task.wanted, task.plan);
    const after = worked.length === 0 ? undefined : await probe?.({ nodes, only: new Set(worked) });
    const lost = namesOf(after ?? new Map(), false).filter((name) => worked.includes(name));
    if (lost.length === 0) return { result: 'applied' };
    throw new DriverError(
      'failed',
      `through the VIP, what answered before does not any more: ${names(lost)}`,
    );
  } catch (error) {
    signal.throwIfAborted();
    const why = messageOf(error);
    if (error instanceof DriverError && error.kind === 'refused') return { result: 'refused', why };
    if (error instanceof DriverError && error.kind === 'unreachable' && (await isUntouched(task)))
      throw error;
    try {
      await tracer.span('balancer way back', {}, async () => {
        const back = driver.plan(await driver.read(), fallback);
        await bringTo({ ...task, signal: new AbortController().signal }, fallback, back);
      });
      return { result: 'rolled-back', why };
    } catch (second) {
      return { result: 'failed', why: `${why}; and on the way back: ${messageOf(second)}` };
    }
  }
}

async function isUntouched({ driver, actual }: Task): Promise<boolean> {
  const now = await driver.read().catch(() => undefined);
  return now !== undefined && driver.plan(now, actual).steps.length === 0;
}

/** Until there is nothing left to do. */
async function bringTo(
  { driver, signal, onStep, tracer }: Task,
  wanted: unknown,
  first: Plan,
): Promise<void> {
  let plan = first;
  for (let round = 0; round < MAX_ROUNDS && plan.steps.length > 0; round++) {
    const current = plan;
    const { steps } = current;
    const run = { signal, onStep: (index: number) => onStep?.(steps[index]?.text ?? '') };
    await tracer.span('balancer change', { attributes: { 'roomlb.steps': steps.length } }, () =>
      driver.apply(current, run),
    );
    const left = ({ steps: { length } }: Plan) => ({ 'roomlb.steps_left': length });
    plan = await tracer.span('balancer verify', { outcome: left }, async () =>
      driver.plan(await driver.read(), wanted),
    );
  }
  if (plan.steps.length === 0) return;
  const left = names(plan.steps.map(({ text }) => text));
  throw new DriverError('failed', `read back after ${MAX_ROUNDS} times, the engine still differs: ${left}`);
}

function namesOf(found: ReadonlyMap<string, boolean>, answers: boolean): string[] {
  return [...found].flatMap(([name, answered]) => (answered === answers ? [name] : []));
}

function names(all: readonly string[]): string {
  const rest = all.length > NAMED ? ` and ${all.length - NAMED} more` : '';
  return all.slice(0, NAMED).join(', ') + rest;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
