/**
 * Numbers of objects on devices that know them by number. A key gets one by its hash, so that it keeps it while
 * others come and go; only where two would be equal does the later one (in the order of keys) take the next that
 * is free.
 */
import { createHash } from 'node:crypto';
import { compareText } from '../../topology/compare.ts';

export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** How many objects can be numbered. */
export function sizeOf({ first, last }: NumberRange): number {
  return last - first + 1;
}

/** Key → number: distinct, and the same whatever the order of the keys, which must be no more than there are numbers. */
export function numbered(keys: Iterable<string>, range: NumberRange): ReadonlyMap<string, number> {
  const size = sizeOf(range);
  const taken = new Set<number>();
  const numbers = new Map<string, number>();
  for (const key of [...new Set(keys)].sort(compareText)) {
    if (taken.size >= size) throw new Error(`there is no number left for ${key}`);
    let at = createHash('sha256').update(key).digest().readUInt32BE() % size;
    while (taken.has(at)) at = (at + 1) % size;
    taken.add(at);
    numbers.set(key, range.first + at);
  }
  return numbers;
}
