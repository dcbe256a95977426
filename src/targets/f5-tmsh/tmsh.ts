/**
 * An object of a BIG-IP's configuration, and its two written forms: a stanza of bigip.conf, and the words of a
 * command of tmsh. They differ in collections only, which a command has to say what to do with.
 */
/** `name value`, a group of attributes, or a named collection of items that may have attributes of their own. */
export type Attribute =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly group: readonly Attribute[] }
  | Collection;

interface Collection {
  readonly name: string;
  readonly items: readonly Item[];
}

export interface Item {
  readonly key: string;
  readonly attributes: readonly Attribute[];
}

export interface TmshObject {
  /** `ltm pool` */
  readonly component: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

/**
 * As in bigip.conf, ending in a line break. There may be a hundred thousand of these, so that texts are joined
 * from their pieces: adding them up piece by piece takes four times as long.
 */
export function stanza({ component, name, attributes }: TmshObject): string {
  const pieces: string[] = [];
  addBlock(pieces, '', `${component} ${name}`, attributes);
  return pieces.join('');
}

function addBlock(pieces: string[], indent: string, head: string, attributes: readonly Attribute[]): void {
  if (attributes.length === 0) {
    pieces.push(indent, head, ' { }\n');
    return;
  }
  pieces.push(indent, head, ' {\n');
  const inner = `${indent}    `;
  for (const attribute of attributes) {
    if ('value' in attribute) pieces.push(inner, attribute.name, ' ', attribute.value, '\n');
    else if ('group' in attribute) addBlock(pieces, inner, attribute.name, attribute.group);
    else addItems(pieces, inner, attribute);
  }
  pieces.push(indent, '}\n');
}

function addItems(pieces: string[], indent: string, { name, items }: Collection): void {
  pieces.push(indent, name, ' {\n');
  for (const { key, attributes } of items) addBlock(pieces, `${indent}    `, key, attributes);
  pieces.push(indent, '}\n');
}

/** The arguments of `create`: `ltm pool NAME …`. */
export function createWords({ component, name, attributes }: TmshObject): string {
  const words = [component, name];
  addWords(words, attributes);
  return words.join(' ');
}

export function itemWords({ key, attributes }: Item): string {
  const words = [key, '{'];
  addWords(words, attributes);
  words.push('}');
  return words.join(' ');
}

/** One attribute as `modify` has it, in place of what there was: `pool NAME`, `profiles replace-all-with { … }`. */
export function settingWords(attribute: Attribute): string {
  const words: string[] = [];
  addWords(words, [attribute], 'replace-all-with');
  return words.join(' ');
}

/** `persist` of a virtual server takes replace-all-with only (tmsh reference, "ltm virtual"). */
function addWords(
  words: string[],
  attributes: readonly Attribute[],
  collect: 'add' | 'replace-all-with' = 'add',
): void {
  for (const attribute of attributes) {
    const { name } = attribute;
    words.push(name);
    if ('value' in attribute) words.push(attribute.value);
    else if ('group' in attribute) {
      words.push('{');
      addWords(words, attribute.group);
      words.push('}');
    } else {
      words.push(name === 'persist' ? 'replace-all-with' : collect, '{');
      words.push(...attribute.items.map(itemWords), '}');
    }
  }
}
