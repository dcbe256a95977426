/** A configuration of RoomLB's, looked at service by service. */
import type { Pool } from '../../driving/changes.ts';
import { readHeader } from '../../header.ts';
import { LEFT_OUT } from '../config.ts';

/** Texts by key: the head of the file, and services by the ids that they have in an intent. */
export type FileTexts = Map<string, readonly string[]>;

/** A file of somebody else's is one text, since nobody knows what is what in it. */
export function textsOf(file: string | null): FileTexts {
  if (file === null) return new Map();
  const lines = file.split('\n');
  if (!readHeader('nginx', file)) return new Map([['file', lines]]);
  const texts = new Map<string, string[]>();
  const comments = lines.findIndex((line) => !line.startsWith('#'));
  texts.set('comments', lines.slice(0, comments));
  let key = 'main';
  for (const line of lines.slice(comments)) {
    const service = /^ {2}# (\S+\/\S+)$/.exec(line)?.[1];
    // The brace that closes the last block of all belongs to the head.
    key = service ?? (line === '}' || line === '' ? 'main' : key);
    if (line !== '') texts.set(key, [...(texts.get(key) ?? []), line.trim()]);
  }
  return texts;
}

export function poolsOf(texts: FileTexts): Map<string, Pool> {
  const pools = new Map<string, Pool>();
  for (const [key, lines] of texts) {
    const [, role, node] = key.split('/');
    if (role === undefined) continue;
    pools.set(
      key,
      node === undefined
        ? { shared: true, members: membersOf(lines) }
        : { shared: false, members: [{ node, usable: !lines.includes(LEFT_OUT) }] },
    );
  }
  return pools;
}

/** A member has a line per family. */
function membersOf(lines: readonly string[]): { node: string; usable: boolean }[] {
  const members = new Map<string, boolean>();
  for (const line of lines) {
    const [, options, node] = /^server \S+ (.*); # (\S+)$/.exec(line) ?? [];
    if (node !== undefined) members.set(node, members.get(node) === true || options !== 'down');
  }
  return [...members].map(([node, usable]) => ({ node, usable }));
}

export function nodeOf(key: string): string | null {
  const [, role, node] = key.split('/');
  return role !== undefined && node !== undefined ? node : null;
}
