/** What was noticed in several rounds, as rows: medians with the worst; of who did not always notice, how often. */
import type { BenchRow } from '../row.ts';

export interface Contest {
  readonly group: string;
  /** Who noticed what, in order. */
  readonly names: readonly string[];
  /** The one that rivals are compared with. */
  readonly ours: string;
  /** What is aimed at, by name. */
  readonly aims: Readonly<Record<string, string>>;
}

/** @param rounds milliseconds by name; who is not there did not notice */
export function noticedRows(
  { group, names, ours, aims }: Contest,
  rounds: readonly ReadonlyMap<string, number>[],
): BenchRow[] {
  const times = (name: string) => rounds.flatMap((noticed) => noticed.get(name) ?? []).sort((a, b) => a - b);
  const own = median(times(ours));
  return names.map((name): BenchRow => {
    const sorted = times(name);
    const aim = aims[name];
    if (sorted.length < rounds.length)
      return { group, name: `${name}: noticed`, value: sorted.length, unit: `of ${rounds.length} times` };
    const value = median(sorted);
    return {
      group,
      name: `${name} (worst ${Math.round(sorted.at(-1) ?? NaN)} ms)`,
      value,
      unit: 'ms',
      ...(!name.startsWith('RoomLB') && { ratio: { of: ours, value: value / own } }),
      ...(aim !== undefined && { aim }),
    };
  });
}

function median(sorted: readonly number[]): number {
  return sorted[sorted.length >> 1] ?? NaN;
}
