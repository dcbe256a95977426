/** A keepalived.conf of RoomLB's own, cut into its blocks. */

/** `id`: of the service in the intent, which a comment above the block tells. */
export interface Block {
  readonly id: string | null;
  /** `virtual_server 203.0.113.10 443` */
  readonly head: string;
  /** Without indentation. */
  readonly body: readonly string[];
}

/** As the renderer writes it above the services of a node that is cut off, which have no block. */
export const LEFT_OUT = 'is left out: its node drains by flush';

export interface Blocks {
  readonly blocks: readonly Block[];
  /** Ids of services without a block. */
  readonly leftOut: readonly string[];
  /** What the file begins with. */
  readonly comments: readonly string[];
}

export function blocksOf(text: string): Blocks {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => !line.startsWith('#'));
  const blocks: (Block & { body: string[] })[] = [];
  const leftOut: string[] = [];
  let id: string | null = null;
  let current: (Block & { body: string[] }) | null = null;
  for (const line of lines.slice(start)) {
    const comment: Comment | null = current ? null : commentOf(line);
    if (comment?.more === LEFT_OUT) leftOut.push(comment.about);
    else if (comment) id = comment.about;
    else if (line === '}') {
      [current, id] = [null, null];
    } else if (current) {
      current.body.push(line.trim());
    } else if (line.endsWith(' {')) {
      current = { id, head: line.slice(0, -2), body: [] };
      blocks.push(current);
    }
  }
  return { blocks, leftOut, comments: lines.slice(0, start) };
}

/** Blocks inside of a body, and the lines between them. */
export function innerBlocks(body: readonly string[]): { plain: string[]; inner: Block[] } {
  const plain: string[] = [];
  const inner: (Block & { body: string[] })[] = [];
  let depth = 0;
  let id: string | null = null;
  for (const line of body) {
    const last = inner.at(-1);
    if (depth > 0) {
      depth += line.endsWith('{') ? 1 : line === '}' ? -1 : 0;
      if (depth > 0) last?.body.push(line);
      else id = null;
    } else if (line.endsWith(' {')) {
      inner.push({ id, head: line.slice(0, -2), body: [] });
      depth = 1;
    } else if (line.startsWith('# ')) id = line.slice(2);
    else plain.push(line);
  }
  return { plain, inner };
}

function commentOf(line: string): Comment | null {
  const [, about, more = ''] = /^# (\S+)(?: (.*))?$/.exec(line) ?? [];
  return about === undefined ? null : { about, more };
}

interface Comment {
  readonly about: string;
  readonly more: string;
}
