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

export interface NodeRooms {
  readonly node: string;
  /** Claimed there. */
  readonly rooms: number;
}

/** Rooms by node, as a dispatcher knows them; null where nobody does. */
export type Loads = ReadonlyMap<string, number> | null;

/** Whose rooms a plan concerns, sorted by node: those that have any. */
export function roomsOf(nodes: readonly string[], loads: Loads): NodeRooms[] | null {
  return (
    loads && nodes.flatMap((node) => ({ node, rooms: loads.get(node) ?? 0 })).filter(({ rooms }) => rooms > 0)
  );
}

/** Nodes that a plan is about, sorted. */
export function nodesOf({ changes }: Plan): string[] {
  return [...new Set(changes.flatMap(({ node }) => (node === null ? [] : [node])))].sort();
}
