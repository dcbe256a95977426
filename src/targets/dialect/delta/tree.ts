/**
 * What takes a device from one configuration to another, where both are blocks and lines: whatever is new or
 * differs is given, whatever is gone is taken back. Nothing is said of what is in neither, so that what
 * others configured stays.
 */
import type { Block, Line } from '../text.ts';

/** What a dialect's lines mean to each other. `path`: heads of the blocks around, outermost first. */
export interface TreeRules {
  /**
   * Kinds of blocks in the order in which they are made, by the beginning of their heads; each may refer to
   * those of kinds before it only. They are taken away in the opposite order.
   */
  readonly kinds: readonly string[];
  /** What a line sets. Of lines with the same name in a block, the last one holds. */
  readonly settingOf: (line: string, path: readonly string[]) => string;
  /** What takes a line, or a block by its head, back. */
  readonly undo: (line: string, path: readonly string[]) => string;
  /** What else it takes to change a block that is in use: given what changes in it, all that has to be said. */
  readonly around?: (block: Block, changes: readonly Line[]) => readonly Line[];
  /** Lines in a block that make it take nothing new, while what it has goes on; empty where it has no such. */
  readonly drain: (block: Block, path: readonly string[]) => readonly string[];
  /** What only one block can have at a time, such as an address with its port. */
  readonly holds: (block: Block) => readonly string[];
  /** Blocks of others, in which single lines are ours: they stay when our lines go. */
  readonly shared: (head: string) => boolean;
}

/** Commands in the order in which they are given, cut where somebody may have to wait. */
export interface TreeDelta {
  /** Members that leave take nothing new. */
  readonly drain: readonly Line[];
  readonly change: readonly Line[];
}

export function treeDelta(from: readonly Block[], to: readonly Block[], rules: TreeRules): TreeDelta {
  const [before, after] = [byHead(from), byHead(to)];
  const anew = to.filter((block) => {
    const old = before.get(block.head);
    return !old || !sameSet(rules.holds(old), rules.holds(block));
  });
  const anewHeads = new Set(anew.map(({ head }) => head));
  const leaving = from.filter(({ head }) => !after.has(head) || anewHeads.has(head));
  // What a block gives up has to be free before another takes it.
  const taken = new Set(anew.flatMap((block) => rules.holds(block)));
  const inTheWay = (block: Block): boolean =>
    anewHeads.has(block.head) || rules.holds(block).some((thing) => taken.has(thing));
  const early = leaving.filter(inTheWay);
  const late = leaving.filter((block) => !inTheWay(block));
  const given = byRank(to, rules).flatMap((block) => {
    const old = anewHeads.has(block.head) ? undefined : before.get(block.head);
    return old ? changesIn(old, block, [], rules) : [block];
  });
  return {
    drain: from.flatMap((block) => drainsIn(block, after.get(block.head), [], rules)),
    change: [...removals(early, rules), ...given, ...removals(late, rules)],
  };
}

/** The block with what differs in it, or nothing. */
function changesIn(old: Block, now: Block, path: readonly string[], rules: TreeRules): Block[] {
  const inner = [...path, now.head];
  // New members come before others leave, so that there are always some.
  const changes = [...givenIn(old, now, inner, rules), ...takenBack(old, now, inner, rules)];
  if (changes.length === 0) return [];
  return [{ head: now.head, body: rules.around?.(now, changes) ?? changes }];
}

function takenBack(old: Block, now: Block, path: readonly string[], rules: TreeRules): Line[] {
  const settings = new Set(linesOf(now).map((line) => rules.settingOf(line, path)));
  const heads = byHead(blocksOf(now));
  return [
    ...linesOf(old).filter((line) => !settings.has(rules.settingOf(line, path))),
    ...blocksOf(old)
      .map(({ head }) => head)
      .filter((head) => !heads.has(head)),
  ].map((line) => rules.undo(line, path));
}

function givenIn(old: Block, now: Block, path: readonly string[], rules: TreeRules): Line[] {
  const lines = new Set(linesOf(old));
  const blocks = byHead(blocksOf(old));
  return now.body.flatMap((line): Line[] => {
    if (typeof line === 'string') return lines.has(line) ? [] : [line];
    const before = blocks.get(line.head);
    return before ? changesIn(before, line, path, rules) : [line];
  });
}

/** The blocks in here that leave, each told to take nothing new. */
function drainsIn(old: Block, now: Block | undefined, path: readonly string[], rules: TreeRules): Block[] {
  const inner = [...path, old.head];
  const stays = byHead(now ? blocksOf(now) : []);
  const lines = now ? [] : rules.drain(old, path);
  const body: Line[] = [
    ...lines,
    ...blocksOf(old).flatMap((block) => drainsIn(block, stays.get(block.head), inner, rules)),
  ];
  return body.length > 0 ? [{ head: old.head, body }] : [];
}

function removals(blocks: readonly Block[], rules: TreeRules): Line[] {
  return byRank(blocks, rules)
    .reverse()
    .map((block): Line => {
      const { head } = block;
      if (!rules.shared(head)) return rules.undo(head, []);
      return { head, body: takenBack(block, { head, body: [] }, [head], rules) };
    });
}

/** Stable: blocks of one kind keep their order. */
function byRank(blocks: readonly Block[], { kinds }: TreeRules): Block[] {
  const rank = ({ head }: Block) => kinds.findIndex((kind) => head.startsWith(`${kind} `));
  return [...blocks].sort((a, b) => rank(a) - rank(b));
}

function byHead(blocks: readonly Block[]): ReadonlyMap<string, Block> {
  return new Map(blocks.map((block) => [block.head, block]));
}

function linesOf({ body }: Block): string[] {
  return body.filter((line) => typeof line === 'string');
}

function blocksOf({ body }: Block): Block[] {
  return body.filter((line) => typeof line !== 'string');
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((thing) => b.includes(thing));
}
