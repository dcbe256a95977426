/** A plan in numbers and in words, for answers, history and logs. */
import type { Change, Plan } from '../targets/driver.ts';

export interface PlanCounts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly steps: number;
}

export function countsOf({ changes, steps }: Plan): PlanCounts {
  const count = (kind: Change['kind']) => changes.filter((change) => change.kind === kind).length;
  return { added: count('add'), changed: count('change'), removed: count('remove'), steps: steps.length };
}

/** `1 to add, 2 to change, 0 to remove (3 steps)` */
export function describeCounts({ added, changed, removed, steps }: PlanCounts): string {
  return `${added} to add, ${changed} to change, ${removed} to remove (${steps} ${steps === 1 ? 'step' : 'steps'})`;
}

/** What clients notice, a line each. */
export function disruptionsOf({ changes }: Plan): string[] {
  return changes.flatMap(({ disrupts }) => {
    if (!disrupts) return [];
    const { what, connections } = disrupts;
    return [connections === null ? what : `${what} (${connections} now)`];
  });
}

/** Nodes that a plan is about, sorted. */
export function nodesOf({ changes }: Plan): string[] {
  return [...new Set(changes.flatMap(({ node }) => (node === null ? [] : [node])))].sort();
}
