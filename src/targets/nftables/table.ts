/**
 * A table in nft's own words, part by part: what RoomLB wants, and what it reads back. Texts are written the
 * way nft lists them, so that two tables can be compared.
 */
import { compareText } from '../../topology/compare.ts';

export interface Table {
  /** Whose it is, as nft shows it; null where it says nothing. */
  readonly comment: string | null;
  readonly timeouts: readonly TimeoutObject[];
  readonly sets: readonly NamedSet[];
  readonly chains: readonly Chain[];
  /** Objects that RoomLB never makes, in a table that was read; each as text. */
  readonly others: readonly string[];
}

/** A conntrack timeout object. */
export interface TimeoutObject {
  readonly name: string;
  readonly lines: readonly string[];
}

export interface NamedSet {
  readonly kind: 'set' | 'map';
  readonly name: string;
  /** Its type and flags, a line each. */
  readonly header: readonly string[];
  /** No key twice. */
  readonly elements: readonly Element[];
}

export interface Element {
  /** `203.0.113.10 . 40000-40003`. */
  readonly key: string;
  readonly comment: string | null;
  /** What a map leads to; null in a set. */
  readonly value: string | null;
}

export interface Chain {
  readonly name: string;
  /** Type, hook, priority and policy of a base chain; null for one that others jump to. */
  readonly base: string | null;
  readonly rules: readonly string[];
}

/** The lines that make the table. It must not be there yet. */
export function formatTable(name: string, { comment, timeouts, sets, chains }: Table): string[] {
  const block = (head: string, lines: readonly string[]) => [
    `  ${head} {`,
    ...lines.map((line) => `    ${line}`),
    '  }',
  ];
  return [
    `table inet ${name} {`,
    ...(comment === null ? [] : [`  comment "${comment}"`]),
    ...timeouts.flatMap((timeout) => block(`ct timeout ${timeout.name}`, timeout.lines)),
    ...sets.flatMap((set) =>
      block(`${set.kind} ${set.name}`, [...set.header, ...elementLines(set.elements)]),
    ),
    ...chains.flatMap((chain) => block(`chain ${chain.name}`, chainLines(chain))),
    '}',
  ];
}

/** The same in place of whatever has that name, in one step. */
export function replaceTable(name: string, table: Table): string[] {
  // Declared first, since deleting a table that is not there fails.
  return [`table inet ${name} {}`, `delete table inet ${name}`, '', ...formatTable(name, table)];
}

export function formatElement({ key, comment, value }: Element): string {
  return `${key}${comment === null ? '' : ` comment "${comment}"`}${value === null ? '' : ` : ${value}`}`;
}

/** `{ 443, 40000-40009 }` in an order that does not depend on who lists it; a set of one is what is in it. */
export function formatSet(items: readonly string[]): string {
  return items.length === 1 ? items.join('') : formatMap(items);
}

/** `{ 0 : 10.0.0.1, 1 : 10.0.0.2 }`; the same of entries. */
export function formatMap(entries: readonly string[]): string {
  return `{ ${[...entries].sort(byNumber).join(', ')} }`;
}

function byNumber(a: string, b: string): number {
  return leading(a) - leading(b) || compareText(a, b);
}

/** Of ports and of slots; 0 for what does not begin with one. */
function leading(text: string): number {
  return Number(/^\d+(?=$|[ -])/.exec(text)?.[0] ?? 0);
}

export function chainLines({ base, rules }: Chain): string[] {
  return base === null ? [...rules] : [base, ...rules];
}

/** nft takes no empty list of elements. */
function elementLines(elements: readonly Element[]): string[] {
  if (elements.length === 0) return [];
  return ['elements = {', ...elements.map((element) => `  ${formatElement(element)},`), '}'];
}
