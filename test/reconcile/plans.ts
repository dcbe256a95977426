/** Plans in few words, for tests of what only looks at them. */
import type { Change, Plan, PoolChange, PoolMember } from '../../src/targets/driver.ts';

export function planWith(parts: Partial<Plan> = {}): Plan {
  return {
    changes: [changeOf('a')],
    steps: [{ text: 'do it', action: null }],
    pools: [],
    singlePools: 0,
    foreign: [],
    notes: [],
    ...parts,
  };
}

export function changeOf(key: string, parts: Partial<Change> = {}): Change {
  return { key, kind: 'change', before: ['old'], after: ['new'], node: null, disrupts: null, ...parts };
}

/** `a b !c`: members a and b, and c that takes nothing new. */
export function poolOf(id: string, before: string, after: string, shared = true): PoolChange {
  return { id, shared, before: members(before), after: members(after) };
}

function members(text: string): PoolMember[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map((word) => ({ node: word.replace('!', ''), usable: !word.startsWith('!') }));
}
