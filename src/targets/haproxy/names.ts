/**
 * Names of the objects in the file. Ids hold no `:` and HAProxy allows it in names, so a name made with it
 * is never an id, and two names are equal only where all their parts are.
 */
import { createHash } from 'node:crypto';
import { compareText } from '../../topology/compare.ts';

export function poolName(vip: string): string {
  return `sig:${vip}`;
}

/** Servers that exist only to be asked after; see `checks.ts`. */
export function watchName(vip: string): string {
  return `check:${vip}`;
}

export function nodeSignallingName(vip: string, node: string): string {
  return `node:${vip}:${node}`;
}

export function mediaName(vip: string, node: string): string {
  return `media:${vip}:${node}`;
}

export function spareName(slot: number): string {
  return `spare:${slot}`;
}

export function isPoolName(name: string): boolean {
  return name.startsWith('sig:');
}

export function isSpareName(name: string): boolean {
  return name.startsWith('spare:');
}

/** Names of sections that RoomLB makes. */
export function isOwnName(name: string): boolean {
  return /^(sig|check|node|media):/.test(name);
}

/** Ids up to here belong to spare slots. */
const FIRST_ID = 1001;
/** HAProxy keeps a server's id in a signed 32-bit integer. */
const LAST_ID = 2 ** 31 - 1;

/**
 * The numeric id of each node's server. It follows from the node's own id, so it stays the same when other
 * nodes come and go and in every replica: stick tables and statistics refer to it. Should two hash alike,
 * the one that sorts later takes the next free id.
 */
export function serverIds(nodes: readonly string[]): Map<string, number> {
  const ids = new Map<string, number>();
  const taken = new Set<number>();
  for (const node of [...nodes].sort(compareText)) {
    let id = serverId(node);
    while (taken.has(id)) id = id === LAST_ID ? FIRST_ID : id + 1;
    taken.add(id);
    ids.set(node, id);
  }
  return ids;
}

/** The id that a node's server has unless another node has it already. */
export function serverId(node: string): number {
  const hash = createHash('sha256').update(node).digest().readUInt32BE(0);
  return FIRST_ID + (hash % (LAST_ID - FIRST_ID + 1));
}
