/**
 * Keeps one plan from taking so many nodes of a VIP out of service that nothing is left to carry its rooms. Core plans
 * resources one by one, in no certain order: what is taken out is summed over the plan (and, once more, over the apply).
 * New nodes of the same plan do not make up for it, since they may come last, or not at all.
 */
import { failure, type DiagnosticError } from './plugin/diagnostics.ts';

export interface GuardSettings {
  /** Of the usable nodes of a VIP, 0 to 100. */
  readonly maxRemovedPercent: number;
  /** Nothing is refused. */
  readonly allowEmptyPools: boolean;
}

export interface PoolNode {
  readonly id: string;
  readonly vip: string;
  /** Whether it takes new rooms: it is active, and has a weight. */
  readonly usable: boolean;
}

/** Why so many may not go; undefined where they may. Pure. @param gone ids */
export function refusalOf(
  vip: string,
  nodes: readonly PoolNode[],
  gone: ReadonlySet<string>,
  { maxRemovedPercent, allowEmptyPools }: GuardSettings,
): string | undefined {
  const usable = nodes.filter((node) => node.vip === vip && node.usable);
  const taken = usable.filter(({ id }) => gone.has(id));
  if (allowEmptyPools || taken.length === 0) return undefined;
  const percent = (taken.length / usable.length) * 100;
  const empty = taken.length === usable.length;
  if (!empty && percent <= maxRemovedPercent) return undefined;
  const names = taken.map(({ id }) => id).slice(0, 10);
  const list = names.join(', ') + (taken.length > names.length ? ', …' : '');
  const what = `${taken.length} of the ${usable.length} usable nodes of VIP ${vip} would go out of service (${list})`;
  return empty
    ? `${what}: none would be left to take rooms.`
    : `${what}: ${Math.floor(percent)} %, of at most ${maxRemovedPercent} % (max_removed_percent).`;
}

const EXPLANATION =
  'It counts what is removed, replaced, moved behind another VIP, drained, disabled or given the weight 0; what is ' +
  'added in the same plan does not make up for it. Go in several steps; or raise max_removed_percent of the provider; ' +
  'or, where it is meant, set allow_empty_pools = true there, or ROOMLB_ALLOW_EMPTY_POOLS=1 for this command.';

export type Stage = 'plan' | 'apply';

export class Guard {
  readonly settings: GuardSettings;
  readonly #nodes: () => Promise<readonly PoolNode[]>;
  readonly #gone: Readonly<Record<Stage, Set<string>>> = { plan: new Set(), apply: new Set() };
  readonly #told = new Set<string>();
  #before: Promise<readonly PoolNode[]> | undefined;

  /** @param nodes asked once, for the nodes before anything is taken out */
  constructor(settings: GuardSettings, nodes: () => Promise<readonly PoolNode[]>) {
    this.settings = settings;
    this.#nodes = nodes;
  }

  /**
   * A node goes out of service. A plan is refused once for each VIP, an apply each time.
   *
   * @throws DiagnosticError
   */
  async takeOut(stage: Stage, id: string): Promise<void> {
    if (this.settings.allowEmptyPools) return;
    const nodes = await (this.#before ??= this.#nodes());
    const vip = nodes.find((node) => node.id === id)?.vip;
    if (vip === undefined) return;
    const gone = this.#gone[stage];
    const refusal = refusalOf(vip, nodes, new Set([...gone, id]), this.settings);
    if (refusal === undefined || stage === 'plan') gone.add(id);
    if (refusal === undefined || (stage === 'plan' && this.#told.has(vip))) return;
    this.#told.add(vip);
    throw tooMany(refusal);
  }
}

function tooMany(refusal: string): DiagnosticError {
  return failure('Too many nodes would go out of service', `${refusal}\n${EXPLANATION}`);
}
