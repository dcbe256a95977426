/** A plan's changes as a diff: the lines that differ, with what they belong to above them. */
import type { Change } from '../targets/driver.ts';

export interface DiffLine {
  readonly sign: '+' | '-' | '~' | ' ';
  readonly text: string;
}

/** A heading per change, then its lines that are gone and those that are new, in their order. */
export function diffLines(changes: readonly Change[]): DiffLine[] {
  return changes.flatMap(({ key, kind, before, after, disrupts }) => {
    const sign = kind === 'add' ? '+' : kind === 'remove' ? '-' : '~';
    const [gone, come] = [without(before, after), without(after, before)];
    // Lines that only changed places are all there, on both sides.
    const moved = kind === 'change' && gone.length === 0 && come.length === 0;
    return [
      { sign, text: disrupts ? `${key}  (${disrupts.what})` : key } as const,
      ...gone.map((text) => ({ sign: '-', text: `  ${text}` }) as const),
      ...come.map((text) => ({ sign: '+', text: `  ${text}` }) as const),
      ...(moved ? [{ sign: ' ', text: '  (other order)' } as const] : []),
    ];
  });
}

/** Lines of `some`, less as many of each as `others` has. */
function without(some: readonly string[], others: readonly string[]): string[] {
  const spare = new Map<string, number>();
  for (const line of others) spare.set(line, (spare.get(line) ?? 0) + 1);
  return some.filter((line) => {
    const left = spare.get(line) ?? 0;
    if (left > 0) spare.set(line, left - 1);
    return left === 0;
  });
}
