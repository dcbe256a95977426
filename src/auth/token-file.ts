/**
 * The tokens file: a line a token, with its hash and never the token itself.
 *
 *     # name  hash         scopes                         until, and for which node
 *     ann     sha256:9f8…  read,topology:write            expires=2027-01-01T00:00:00Z
 *     sfu-1   sha256:1c4…  read,rooms:write,nodes:report  node=sfu-1
 */
import type { Fault } from '../topology/faults.ts';
import { isScope, SCOPES, type Scope } from './scope.ts';

export interface TokenEntry {
  readonly name: string;
  /** SHA-256 of the token, lower-case hex. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
  /** Milliseconds since the epoch; null: never. */
  readonly expires: number | null;
  /** The only node that it may speak for; null: any. */
  readonly node: string | null;
}

/** Bytes of a tokens file. */
export const MAX_TOKENS_FILE = 1024 * 1024;
const MAX_TOKENS = 10_000;
const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,3})?Z)?$/;
const EXAMPLE = 'NAME sha256:HASH SCOPE,SCOPE [expires=2027-01-01T00:00:00Z] [node=ID]';

export interface TokenFile {
  readonly entries: readonly TokenEntry[];
  /** Each an error: a file with any is not to be used. */
  readonly faults: readonly Fault[];
}

/** @param file its name, for faults */
export function parseTokenFile(text: string, file: string): TokenFile {
  const entries: TokenEntry[] = [];
  const faults: Fault[] = [];
  const seen = new Map<string, number>();
  for (const [index, full] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const words = full
      .replace(/(^|\s)#.*$/, '')
      .split(/\s+/)
      .filter(Boolean);
    if (words.length === 0) continue;
    const entry = parseLine(words);
    const wrong = 'message' in entry ? entry : conflict(entry, line, seen, entries.length);
    if (wrong) faults.push({ severity: 'error', path: '', file, line, column: 1, ...wrong });
    else if ('hash' in entry) entries.push(entry);
  }
  return { entries, faults };
}

/** The line of a tokens file that parses to this. */
export function tokenLine({ name, hash, scopes, expires, node }: TokenEntry): string {
  return [
    name,
    `sha256:${hash}`,
    scopes.join(','),
    ...(expires === null ? [] : [`expires=${new Date(expires).toISOString()}`]),
    ...(node === null ? [] : [`node=${node}`]),
  ].join(' ');
}

type Wrong = Pick<Fault, 'message' | 'hint'>;

function conflict(entry: TokenEntry, line: number, seen: Map<string, number>, count: number): Wrong | null {
  if (count >= MAX_TOKENS)
    return { message: `is the ${MAX_TOKENS + 1}st token`, hint: `keep to ${MAX_TOKENS}` };
  for (const [key, what, hint] of [
    [`name ${entry.name}`, `the name ${entry.name}`, 'give each token a name of its own'],
    [`hash ${entry.hash}`, 'the hash', 'make a new token: roomlb token new'],
  ] as const) {
    const before = seen.get(key);
    if (before !== undefined) return { message: `${what} is on line ${before} already`, hint };
    seen.set(key, line);
  }
  return null;
}

/** What it quotes is never the second word: somebody may have put a token there. */
function parseLine(words: readonly string[]): TokenEntry | Wrong {
  const [name = '', credential = '', scopeList = '', ...settings] = words;
  if (!ID.test(name)) return { message: 'the first word must be a name', hint: EXAMPLE };
  const hash = /^sha256:([0-9a-f]{64})$/.exec(credential)?.[1];
  if (hash === undefined) {
    const hint = 'roomlb token new prints the token and the line; only the hash belongs in here';
    return { message: 'the second word must be sha256: and 64 digits of lower-case hex', hint };
  }
  const scopes = scopeList.split(',');
  const unknown = scopes.find((scope) => !isScope(scope));
  if (unknown !== undefined)
    return { message: `there is no scope ${JSON.stringify(unknown)}`, hint: SCOPES.join(', ') };
  const read = parseSettings(settings);
  return 'message' in read ? read : { name, hash, scopes: [...new Set(scopes.filter(isScope))], ...read };
}

function parseSettings(settings: readonly string[]): Pick<TokenEntry, 'expires' | 'node'> | Wrong {
  let expires: number | null = null;
  let node: string | null = null;
  for (const setting of settings) {
    const [, key, value = ''] = /^([a-z]+)=(.*)$/.exec(setting) ?? [];
    if (key === 'expires' && expires === null) {
      expires = parseInstant(value);
      if (expires === null)
        return { message: `expires=${value} is no time`, hint: 'write expires=2027-01-01T00:00:00Z' };
    } else if (key === 'node' && node === null) {
      if (!ID.test(value)) return { message: `node=${value} is no id of a node`, hint: 'write node=sfu-1' };
      node = value;
    } else return { message: `${JSON.stringify(setting)} is not understood here`, hint: EXAMPLE };
  }
  return { expires, node };
}

/** A date, or a time in UTC, to milliseconds since the epoch; null for what is neither. */
export function parseInstant(text: string): number | null {
  const instant = INSTANT.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(instant) ? null : instant;
}
