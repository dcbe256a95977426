/**
 * Shares of a pool. ITD cuts the source addresses into buckets, a power of two of them, and hands these out to
 * nodes by weight; each bucket takes a TCAM entry for each virtual address and port of its service.
 */
import type { VirtualService } from '../../intent/model.ts';
import { scaleWeights } from '../dialect/weights.ts';
import { reduceWeights, totalWeight } from '../weights.ts';

/** "load-balance … buckets": 2 to 256 in every version. */
export const MAX_BUCKETS = 256;
/** Weights are kept so small that this is enough, unless there are more nodes. */
const ENOUGH = 64;

export interface Shares {
  readonly buckets: number;
  /** Node → weight, of those that take clients. */
  readonly weights: ReadonlyMap<string, number>;
  /** Whether the proportions are the ones that were asked for. */
  readonly exact: boolean;
}

/** @param service a shared one, of at most `MAX_BUCKETS` members */
export function sharesOf({ members }: VirtualService): Shares {
  const open = members.filter(({ weight }) => weight > 0);
  const most = Math.max(1, Math.floor(ENOUGH / Math.max(1, open.length)));
  const reduced = reduceWeights(open);
  const { weights, exact } = scaleWeights(
    reduced.map(({ weight }) => weight),
    most,
  );
  const shares = open.map((_, i) => ({ weight: weights[i] ?? 1 }));
  return {
    buckets: Math.max(2, 2 ** Math.ceil(Math.log2(Math.max(1, totalWeight(shares))))),
    weights: new Map(open.map(({ node }, i) => [node, shares[i]?.weight ?? 1])),
    exact,
  };
}
