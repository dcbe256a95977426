/**
 * Names of objects on devices that take shorter names, or fewer characters, than ids have. An id that fits
 * is its own name; any other gets its beginning and a piece of its hash, so that its name depends on no
 * other id and stays the same while the cluster around it changes. Only where two names would be equal does
 * the later id (in the order of ids) look for another.
 */
import { createHash } from 'node:crypto';
import { compareText } from '../../topology/compare.ts';

export interface NameRules {
  /** Characters that a name may have at most; at least 6. */
  readonly max: number;
  /** Characters of ids (letters, digits, `_`, `.`, `-`) that the device does not take; none if left out. */
  readonly without?: string;
  /** The device takes `SFU` and `sfu` for one name. */
  readonly ignoresCase?: boolean;
}

/** 32 letters and digits that are hard to mistake for each other. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Ids never hold it; what does is a key made of an id and something more, and always shortened. */
const NO_ID = '/';

/** Five bits a letter: 30 bits where there is room, 20 in the shortest names. */
const HASH_LETTERS = 6;
const FEWEST_HASH_LETTERS = 4;

/** Id → name: distinct, deterministic whatever the order of the ids, and within the rules. */
export function shortNames(ids: Iterable<string>, rules: NameRules): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const compared = (name: string) => (rules.ignoresCase ? name.toLowerCase() : name);
  const sorted = [...new Set(ids)].sort(compareText);
  for (const id of sorted) {
    if (!fits(id, rules)) continue;
    names.set(id, id);
    taken.add(compared(id));
  }
  for (const id of sorted) {
    if (names.has(id)) continue;
    let name = shortened(id, 0, rules);
    for (let attempt = 1; taken.has(compared(name)); attempt++) name = shortened(id, attempt, rules);
    names.set(id, name);
    taken.add(compared(name));
  }
  return names;
}

/** Where case does not count, an id with capitals cannot be its own name: another may differ in case only. */
function fits(id: string, { max, without = '', ignoresCase }: NameRules): boolean {
  if (id.includes(NO_ID)) return false;
  if (id.length > max || (ignoresCase && id !== id.toLowerCase())) return false;
  return !Array.from(without).some((character) => id.includes(character));
}

function shortened(id: string, attempt: number, { max, without = '' }: NameRules): string {
  const letters = max < 12 ? FEWEST_HASH_LETTERS : HASH_LETTERS;
  const left = without + NO_ID;
  const clean = Array.from(id, (character) => (left.includes(character) ? '' : character)).join('');
  const separator =
    ['-', '_', ''].find((candidate) => !without.includes(candidate) || candidate === '') ?? '';
  const head = clean.slice(0, max - letters - separator.length);
  return `${head}${separator}${hashOf(`${id}\n${attempt}`, letters)}`;
}

function hashOf(text: string, letters: number): string {
  const digest = createHash('sha256').update(text).digest();
  return Array.from(digest.subarray(0, letters), (byte) => ALPHABET[byte % ALPHABET.length] ?? '').join('');
}

/** The names of one kind of object, looked up by id. Asking for an id that was not named is a mistake. */
export function namer(ids: Iterable<string>, rules: NameRules): (id: string) => string {
  const names = shortNames(ids, rules);
  return (id) => {
    const name = names.get(id);
    if (name === undefined) throw new Error(`no name was made for ${id}`);
    return name;
  };
}
