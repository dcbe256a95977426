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
  /** Whether it is behind the VIP at all: not disabled. */
  readonly present: boolean;
  /** Whether it takes new rooms: active, and with a weight. */
  readonly usable: boolean;
}

/** `idle`: it keeps its rooms, and takes no new ones. */
export type Loss = 'gone' | 'idle';

/** Why so many may not go; undefined where they may. Pure. @param losses by id of the node */
export function refusalOf(
  vip: string,
  nodes: readonly PoolNode[],
  losses: ReadonlyMap<string, Loss>,
  { maxRemovedPercent, allowEmptyPools }: GuardSettings,
): string | undefined {
  if (allowEmptyPools) return undefined;
  const pool = nodes.filter((node) => node.vip === vip);
  const present = pool.filter((node) => node.present);
  const usable = pool.filter((node) => node.usable);
  const gone = present.filter(({ id }) => losses.get(id) === 'gone');
  const taken = usable.filter(({ id }) => losses.has(id));
  if (taken.length > 0 && taken.length === usable.length)
    return `${counted(taken, usable, 'usable ')} of VIP ${vip} would go out of service: none would be left to take rooms.`;
  // The dispatcher has this rule as well, and would refuse the last one in the middle of an apply.
  if (gone.length > 0 && gone.length === present.length)
    return `${counted(gone, present, '')} of VIP ${vip} would be gone: none would be left.`;
  const percent = (taken.length / usable.length) * 100;
  if (taken.length === 0 || percent <= maxRemovedPercent) return undefined;
  const share = `${Math.floor(percent)} %, of at most ${maxRemovedPercent} % (max_removed_percent)`;
  return `${counted(taken, usable, 'usable ')} of VIP ${vip} would go out of service: ${share}.`;
}

function counted(some: readonly PoolNode[], all: readonly PoolNode[], kind: string): string {
  const names = some.map(({ id }) => id).sort();
  const list = names.slice(0, 10).join(', ') + (names.length > 10 ? ', …' : '');
  return `${some.length} of the ${all.length} ${kind}nodes (${list})`;
}

const EXPLANATION =
  'It counts what is removed, replaced, moved behind another VIP, drained, disabled or given the weight 0; what is ' +
  'added in the same plan does not make up for it. Write a moved block for what only got another address; go in several ' +
  'steps; or raise max_removed_percent of the provider; or, where it is meant, set allow_empty_pools = true there, or ' +
  'ROOMLB_ALLOW_EMPTY_POOLS=1 for this command.';

export type Stage = 'plan' | 'apply';

export class Guard {
  readonly settings: GuardSettings;
  readonly #nodes: () => Promise<readonly PoolNode[]>;
  readonly #losses: Readonly<Record<Stage, Map<string, Loss>>> = { plan: new Map(), apply: new Map() };
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
  async lose(stage: Stage, id: string, loss: Loss): Promise<void> {
    if (this.settings.allowEmptyPools) return;
    const nodes = await (this.#before ??= this.#nodes());
    const vip = nodes.find((node) => node.id === id)?.vip;
    if (vip === undefined) return;
    const losses = this.#losses[stage];
    const refusal = refusalOf(vip, nodes, new Map([...losses, [id, loss]]), this.settings);
    if (refusal === undefined) losses.set(id, loss);
    if (refusal === undefined || (stage === 'plan' && this.#told.has(vip))) return;
    this.#told.add(vip);
    throw tooMany(refusal);
  }
}

function tooMany(refusal: string): DiagnosticError {
  return failure('Too many nodes would go out of service', `${refusal}\n${EXPLANATION}`);
}
