/** What two states differ in, thing by thing. */
import { compareText } from '../../topology/compare.ts';
import type { Change, PoolChange, PoolMember } from '../driver.ts';

/** A thing's lines, by its key. */
export type Texts = ReadonlyMap<string, readonly string[]>;

export type Difference = Pick<Change, 'key' | 'kind' | 'before' | 'after'>;

/** Sorted by key. */
export function differences(before: Texts, after: Texts): Difference[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  return keys.flatMap((key): Difference[] => {
    const [old, now] = [before.get(key) ?? [], after.get(key) ?? []];
    if (old.length === now.length && old.every((line, i) => line === now[i])) return [];
    const kind = old.length === 0 ? 'add' : now.length === 0 ? 'remove' : 'change';
    return [{ key, kind, before: old, after: now }];
  });
}

/**
 * As `differences`, but of the lines that both have nothing is said: for things that consist of many. Where
 * only their order differs, all are told.
 */
export function lineDifferences(before: Texts, after: Texts): Difference[] {
  return differences(before, after).map((difference) => {
    const without = (lines: readonly string[], others: readonly string[]) => {
      const known = new Set(others);
      return lines.filter((line) => !known.has(line));
    };
    const [old, now] = [
      without(difference.before, difference.after),
      without(difference.after, difference.before),
    ];
    if (old.length === 0 && now.length === 0) return difference;
    const kind = old.length === 0 ? 'add' : now.length === 0 ? 'remove' : 'change';
    return { ...difference, kind, before: old, after: now };
  });
}

/** Who is in a pool, by its id. */
export interface Pool {
  readonly shared: boolean;
  readonly members: readonly PoolMember[];
}

/** Pools that differ, sorted by id, and in them members by node. */
export function poolDifferences(
  before: ReadonlyMap<string, Pool>,
  after: ReadonlyMap<string, Pool>,
): PoolChange[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  return ids
    .map((id) => ({
      id,
      shared: (after.get(id) ?? before.get(id))?.shared ?? false,
      before: sorted(before.get(id)),
      after: sorted(after.get(id)),
    }))
    .filter((pool) => JSON.stringify(pool.before) !== JSON.stringify(pool.after));
}

function sorted(pool: Pool | undefined): PoolMember[] {
  return [...(pool?.members ?? [])].sort((a, b) => compareText(a.node, b.node));
}
