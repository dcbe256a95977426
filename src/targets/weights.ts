/** Something that gets a share in proportion to its weight, a whole number above 0. */
export interface Weighted {
  readonly weight: number;
}

/** The same proportions in the smallest whole numbers. */
export function reduceWeights<T extends Weighted>(items: readonly T[]): T[] {
  const divisor = items.reduce((all, { weight }) => gcd(all, weight), 0);
  return items.map((item) => ({ ...item, weight: item.weight / divisor }));
}

export function totalWeight(items: readonly Weighted[]): number {
  return items.reduce((sum, { weight }) => sum + weight, 0);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
