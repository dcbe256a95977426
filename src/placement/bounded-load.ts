/**
 * Bounded load (Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2016), with
 * weights: of m rooms handed out over the nodes S that a request may use, a node of weight w holds at most
 * ⌈c · m · w / W⌉, W being the total weight of S, at the moment it takes one more. A room whose first choice
 * is full goes to the next candidate. For c ≥ 1 somebody always has room: the bounds add up to at least m,
 * the rooms before this one to m − 1.
 *
 * What has been handed out counts, not what nodes report: a burst of joins must not all go to one node
 * before its first report comes in.
 */
export interface LoadBound {
  /** c, at least 1; six decimals of it count. */
  readonly bound: number;
  /** Rooms that the node holds: a whole number. */
  load(nodeId: string): number;
  /** The sum of `load` over S. */
  readonly totalLoad: number;
  /** The sum of the weights over S. */
  readonly totalWeight: number;
}

const DECIMALS = 1e6;

/**
 * The most rooms that a node of S of this weight may hold once one more room is handed out:
 * ⌈c · (totalLoad + 1) · weight / totalWeight⌉.
 *
 * Exact. In floating point 1.1 · 14 · 5 / 7 comes out just above 11 and would round up to 12, so the whole
 * is one fraction of integers; should a product ever leave the integers that a double holds exactly, it is
 * done in BigInt.
 */
export function capacity({ bound, totalLoad, totalWeight }: LoadBound, weight: number): number {
  const c = Math.round(bound * DECIMALS);
  const numerator = c * (totalLoad + 1) * weight;
  const denominator = DECIMALS * totalWeight;
  if (numerator <= Number.MAX_SAFE_INTEGER && denominator <= Number.MAX_SAFE_INTEGER) {
    // Not Math.ceil of the quotient, which may itself have been rounded; the remainder never is.
    const rest = numerator % denominator;
    return (numerator - rest) / denominator + (rest > 0 ? 1 : 0);
  }
  const exact = BigInt(c) * BigInt(totalLoad + 1) * BigInt(weight);
  const divisor = BigInt(DECIMALS) * BigInt(totalWeight);
  return Number((exact + divisor - 1n) / divisor);
}
