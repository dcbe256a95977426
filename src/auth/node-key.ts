/**
 * The keys that nodes' credentials are signed with: a file that replicas share, a line a key. The first one signs,
 * both are believed, so that one can take the place of the other while nodes go on.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Fault } from '../topology/faults.ts';

export interface NodeKey {
  /** Names it in what it signed: a hash, which tells nothing of it. */
  readonly id: string;
  readonly secret: Uint8Array;
}

/** Bytes of a file of keys. */
export const MAX_NODE_KEY_FILE = 4096;
/** One that signs, and one that is on its way in or out. */
const MAX_KEYS = 2;
/** As many as HMAC-SHA256 needs (RFC 7518 section 3.2). */
const KEY_BYTES = 32;
const KEY = /^rlbk_([A-Za-z0-9_-]{43,512})$/;
const HINT = 'roomlb token key prints a line';

/** A line for the file: 256 random bits. */
export function newNodeKey(): string {
  return `rlbk_${randomBytes(KEY_BYTES).toString('base64url')}`;
}

export interface NodeKeyFile {
  readonly keys: readonly NodeKey[];
  /** Each an error: a file with any is not to be used. */
  readonly faults: readonly Fault[];
}

/**
 * Comments begin with #. What it says of a line never quotes it.
 *
 * @param file its name, for faults
 */
export function parseNodeKeys(text: string, file: string): NodeKeyFile {
  const keys: NodeKey[] = [];
  const faults: Fault[] = [];
  const fault = (line: number, message: string, hint: string) =>
    faults.push({ severity: 'error', path: '', file, line, column: 1, message, hint });
  for (const [index, full] of text.split(/\r?\n/).entries()) {
    const words = full.replace(/#.*$/, '').trim();
    if (words === '') continue;
    const key = keyOf(words);
    if (!key) fault(index + 1, 'this is no key: rlbk_ and at least 43 letters of base64url', HINT);
    else if (keys.some(({ id }) => id === key.id)) fault(index + 1, 'the key is there twice', HINT);
    else if (keys.length === MAX_KEYS)
      fault(index + 1, `there are more than ${MAX_KEYS} keys`, 'remove the oldest');
    else keys.push(key);
  }
  if (keys.length === 0 && faults.length === 0) fault(1, 'there is no key', HINT);
  return { keys, faults };
}

function keyOf(line: string): NodeKey | undefined {
  const text = KEY.exec(line)?.[1];
  if (text === undefined) return undefined;
  const secret = new Uint8Array(Buffer.from(text, 'base64url'));
  return { id: createHash('sha256').update(secret).digest('base64url').slice(0, 11), secret };
}
