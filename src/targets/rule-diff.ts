import type { Rule } from './target.ts';

/** How many rules of a target differ between two renderings, compared by key. */
export interface RuleDiff {
  readonly added: number;
  readonly removed: number;
  /** Same key, other text. */
  readonly changed: number;
  readonly unchanged: number;
}

export function diffRules(before: readonly Rule[], after: readonly Rule[]): RuleDiff {
  const texts = new Map(before.map(({ key, text }) => [key, text]));
  let added = 0;
  let changed = 0;
  let unchanged = 0;
  for (const { key, text } of after) {
    const old = texts.get(key);
    if (old === undefined) added++;
    else if (old === text) unchanged++;
    else changed++;
  }
  return { added, removed: before.length - changed - unchanged, changed, unchanged };
}
