/** Named sets and maps of a ruleset, whose elements may run over many lines. */

export interface ReadElement {
  /** From 1. */
  readonly line: number;
  readonly key: string;
  readonly comment: string | null;
  readonly value: string | null;
}

/** By the name of the set; where several tables have one of a name, RoomLB's come together. */
export type ReadSets = ReadonlyMap<string, readonly ReadElement[]>;

/** @returns the text without those elements as well, each line where it was */
export function readSets(text: string): { readonly sets: ReadSets; readonly rest: string } {
  const sets = new Map<string, ReadElement[]>();
  let name = '';
  let inside = false;
  const rest = text.split('\n').map((raw, i) => {
    const line = raw.trim();
    const [, head] = /^(?:set|map) (\S+) \{$/.exec(line) ?? [];
    if (head !== undefined) {
      name = head;
      if (!sets.has(name)) sets.set(name, []);
    }
    const [, first] = /^elements = \{(.*)$/.exec(line) ?? [];
    if (!inside && first === undefined) return raw;
    const [part = '', end] = (first ?? line).split('}', 2);
    const known = sets.get(name) ?? [];
    sets.set(name, known);
    known.push(...elementsIn(part, i + 1));
    inside = end === undefined;
    return '';
  });
  return { sets, rest: rest.join('\n') };
}

/** nft prints some elements a line, with a comma behind each but the last. */
function elementsIn(text: string, line: number): ReadElement[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .flatMap((one) => {
      const [, key, comment, value] = /^(.+?)(?: comment "([^"]*)")?(?: : (.+))?$/.exec(one) ?? [];
      return key === undefined ? [] : [{ line, key, comment: comment ?? null, value: value ?? null }];
    });
}
