/**
 * An object of a BIG-IP's configuration, and its two written forms: a stanza of bigip.conf, and a `create`
 * command of tmsh. They differ in collections only, which a command has to say what to do with.
 */
import type { Block, Line } from '../dialect/text.ts';

/** `name value`, a group of attributes, or a named collection of items that may have attributes of their own. */
export type Attribute =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly group: readonly Attribute[] }
  | { readonly name: string; readonly items: readonly Item[] };

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

export function stanza({ component, name, attributes }: TmshObject): Block {
  return { head: `${component} ${name}`, body: attributes.map(attributeLine) };
}

function attributeLine(attribute: Attribute): Line {
  if ('value' in attribute) return `${attribute.name} ${attribute.value}`;
  if ('group' in attribute) return { head: attribute.name, body: attribute.group.map(attributeLine) };
  return { head: attribute.name, body: attribute.items.map(itemLine) };
}

export function itemLine({ key, attributes }: Item): Block {
  return { head: key, body: attributes.map(attributeLine) };
}

export function createCommand({ component, name, attributes }: TmshObject): string {
  return ['create', component, name, ...attributes.map(attributeWords)].join(' ');
}

/** `persist` of a virtual server takes replace-all-with only (tmsh reference, "ltm virtual"). */
function attributeWords(attribute: Attribute): string {
  if ('value' in attribute) return `${attribute.name} ${attribute.value}`;
  if ('group' in attribute) return `${attribute.name} { ${attribute.group.map(attributeWords).join(' ')} }`;
  const verb = attribute.name === 'persist' ? 'replace-all-with' : 'add';
  return `${attribute.name} ${verb} { ${attribute.items.map(itemWords).join(' ')} }`;
}

function itemWords({ key, attributes }: Item): string {
  if (attributes.length === 0) return `${key} { }`;
  return `${key} { ${attributes.map(attributeWords).join(' ')} }`;
}
