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
  readonly around?: (block: Block, changes: readonly ChangeLine[]) => readonly ChangeLine[];
  /** Lines in a block that make it take nothing new, while what it has goes on; empty where it has no such. */
  readonly drain: (block: Block, path: readonly string[]) => readonly string[];
  /** What only one block can have at a time, such as a name, or an address with its port. */
  readonly holds: (block: Block) => readonly string[];
  /** Which of these things a line, or a block by its head, needs others to hold. */
  readonly refersTo?: (line: string) => string | undefined;
  /** Lines that have to go before what takes their place may come; none if left out. */
  readonly goesFirst?: (line: string) => boolean;
  /** Blocks of others, in which single lines are ours: they stay when our lines go. */
  readonly shared: (head: string) => boolean;
}

/** A block as it shall be, or what changes in one that is there and stays. */
export interface Change extends Block {
  readonly stays?: true;
  readonly body: readonly ChangeLine[];
}

export type ChangeLine = string | Change;

/** In the order in which it is said, cut where somebody may have to wait. */
export interface TreeDelta {
  /** Members that leave take nothing new. */
  readonly drain: readonly ChangeLine[];
  readonly change: readonly ChangeLine[];
}

export function treeDelta(old: readonly Block[], now: readonly Block[], rules: TreeRules): TreeDelta {
  const [from, to] = [merged(old), merged(now)];
  const [before, after] = [byHead(from), byHead(to)];
  const anew = to.filter((block) => {
    const old = before.get(block.head);
    return !old || !sameSet(rules.holds(old), rules.holds(block));
  });
  const anewHeads = new Set(anew.map(({ head }) => head));
  // What a block gives up has to be free before another takes it.
  const taken = new Set(anew.flatMap((block) => rules.holds(block)));
  const inTheWay = (block: Block): boolean =>
    anewHeads.has(block.head) || rules.holds(block).some((thing) => taken.has(thing));
  const early = new Set(
    from.filter((block) => (!after.has(block.head) || anewHeads.has(block.head)) && inTheWay(block)),
  );
  const gone = new Set([...early].flatMap((block) => rules.holds(block)));
  const isLost = (line: Line): boolean => gone.has(rules.refersTo?.(headOf(line)) ?? '');
  const others = byRank(from, rules).filter((block) => !early.has(block));
  const kept = others.map(({ head, body }) => ({ head, body: body.filter((line) => !isLost(line)) }));
  const keptByHead = byHead(kept);
  return {
    drain: from.flatMap((block) => drainsIn(block, after.get(block.head), [], rules, isLost)),
    change: [
      ...others.flatMap((block) => lettingGo(block, isLost, rules)),
      ...byRank([...early], rules)
        .reverse()
        .map((block) => removed(block, [], rules)),
      ...byRank(to, rules).flatMap((block): ChangeLine[] => {
        const old = keptByHead.get(block.head);
        return old ? givenIn(old, block, [], rules) : [block];
      }),
      ...kept.reverse().flatMap((block) => {
        const now = after.get(block.head);
        return now ? takenFrom(block, now, [], rules) : [removed(block, [], rules)];
      }),
    ],
  };
}

/** What refers to something that has to go, though what refers to it comes again. */
function lettingGo({ head, body }: Block, isLost: (line: Line) => boolean, rules: TreeRules): Change[] {
  return changeIn(
    head,
    body.filter(isLost).map((line) => rules.undo(headOf(line), [head])),
  );
}

function changeIn(head: string, body: readonly ChangeLine[]): Change[] {
  return body.length > 0 ? [{ head, stays: true, body }] : [];
}

/** The block with what is new in it, or nothing. What leaves comes later, so that there are always members. */
function givenIn(old: Block, now: Block, path: readonly string[], rules: TreeRules): Change[] {
  const inner = [...path, now.head];
  // Others take over before a member takes nothing new.
  const known = new Set([...linesOf(old), ...linesStopping(old, now, path, rules)]);
  const blocks = byHead(blocksOf(old));
  const first = linesLeaving(old, now, inner, rules).filter((line) => rules.goesFirst?.(line));
  const changes = [
    ...first.map((line) => rules.undo(line, inner)),
    ...now.body.flatMap((line): ChangeLine[] => {
      if (typeof line === 'string') return known.has(line) ? [] : [line];
      const before = blocks.get(line.head);
      return before ? givenIn(before, line, inner, rules) : [line];
    }),
  ];
  return changeIn(now.head, changes.length > 0 && rules.around ? rules.around(now, changes) : changes);
}

/** The block with what is taken back in it, or nothing. */
function takenFrom(old: Block, now: Block, path: readonly string[], rules: TreeRules): Change[] {
  const inner = [...path, now.head];
  const heads = byHead(blocksOf(now));
  return changeIn(now.head, [
    ...linesLeaving(old, now, inner, rules)
      .filter((line) => !rules.goesFirst?.(line))
      .map((line) => rules.undo(line, inner)),
    ...blocksOf(old).flatMap((block): ChangeLine[] => {
      const stays = heads.get(block.head);
      return stays ? takenFrom(block, stays, inner, rules) : [removed(block, inner, rules)];
    }),
    ...linesStopping(old, now, path, rules),
  ]);
}

/** Lines by which a block that took new ones takes none any more. */
function linesStopping(old: Block, now: Block, path: readonly string[], rules: TreeRules): string[] {
  return rules.drain(old, path).filter((line) => now.body.includes(line));
}

/** Lines of settings that are not set any more. */
function linesLeaving(old: Block, now: Block, path: readonly string[], rules: TreeRules): string[] {
  const settings = new Set(linesOf(now).map((line) => rules.settingOf(line, path)));
  return linesOf(old).filter((line) => !settings.has(rules.settingOf(line, path)));
}

/** The blocks in here that leave, each told to take nothing new. */
function drainsIn(
  old: Block,
  now: Block | undefined,
  path: readonly string[],
  rules: TreeRules,
  isLost: (line: Line) => boolean,
): Change[] {
  const inner = [...path, old.head];
  const stays = byHead(now ? blocksOf(now) : []);
  const lines = now && !isLost(old) ? [] : rules.drain(old, path);
  return changeIn(old.head, [
    ...lines,
    ...blocksOf(old).flatMap((block) => drainsIn(block, stays.get(block.head), inner, rules, isLost)),
  ]);
}

function removed(block: Block, path: readonly string[], rules: TreeRules): ChangeLine {
  const { head } = block;
  if (!rules.shared(head)) return rules.undo(head, path);
  const inner = [...path, head];
  return {
    head,
    stays: true,
    body: block.body.map((line) =>
      typeof line === 'string' ? rules.undo(line, inner) : removed(line, inner, rules),
    ),
  };
}

/** Stable: blocks of one kind keep their order. */
function byRank(blocks: readonly Block[], { kinds }: TreeRules): Block[] {
  const rank = ({ head }: Block) => kinds.findIndex((kind) => head.startsWith(`${kind} `));
  return [...blocks].sort((a, b) => rank(a) - rank(b));
}

/** What a configuration says of one block in several places. */
function merged(blocks: readonly Block[]): Block[] {
  const bodies = new Map<string, Line[]>();
  for (const { head, body } of blocks) bodies.set(head, [...(bodies.get(head) ?? []), ...body]);
  return [...bodies].map(([head, body]) => ({ head, body }));
}

function byHead(blocks: readonly Block[]): ReadonlyMap<string, Block> {
  return new Map(blocks.map((block) => [block.head, block]));
}

function headOf(line: Line): string {
  return typeof line === 'string' ? line : line.head;
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
