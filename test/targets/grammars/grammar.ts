/**
 * Strict grammars for the dialects of devices, written from the manuals: known commands in known contexts,
 * with typed arguments; whatever else is there is an error. They know nothing of the renderers.
 *
 * A pattern is a command as manuals write it: words stand for themselves, `[ a ]` may be left out, `( a | b )`
 * is one of them, `{ a }` comes once or more often. `<type>` is an argument: see `TYPES`, or a range such as
 * `<1..255>`. `<=kind>` defines a name of that kind, which must be new; `<@kind>` refers to one that was
 * defined on a line above; `<@kind:port>` to one with a colon and a port behind it. A backslash makes a
 * bracket a word.
 */
import { isIPv4, isIPv6 } from 'node:net';

/** A command, and where it opens a block, what may be in there. */
export interface Rule {
  readonly pattern: string;
  readonly opens?: readonly Rule[];
  /** How often it may or must come in its block: any number of times if left out. */
  readonly times?: 'once' | 'at most once' | 'at least once';
}

/** A line of a file, with the lines in its block. */
export interface Node {
  readonly line: number;
  readonly tokens: readonly string[];
  readonly body: readonly Node[];
}

/** Says what is wrong with a file of one kind. */
export interface FileGrammar {
  /** What a comment line begins with, where there are comments. */
  readonly comment: string | null;
  /** A line for each fault; empty where there is none. */
  readonly check: (text: string) => string[];
}

export interface Grammar {
  readonly rules: readonly Rule[];
  /** What names of each kind look like. */
  readonly names: Readonly<Record<string, RegExp>>;
  /** Types of arguments that only this dialect has. */
  readonly types?: Types;
  /** Names that differ in case only are the same. */
  readonly ignoresCase?: boolean;
  /** What a comment line begins with. */
  readonly comment: string;
  /** Splits a file into nodes; throws SyntaxFault for what is no structure at all. */
  readonly read: (text: string) => Node[];
}

export class SyntaxFault extends Error {}

export function lineGrammar(grammar: Grammar): FileGrammar {
  return { comment: grammar.comment, check: (text) => check(grammar, text) };
}

function check(grammar: Grammar, text: string): string[] {
  let nodes: Node[];
  try {
    nodes = grammar.read(text);
  } catch (error) {
    if (error instanceof SyntaxFault) return [error.message];
    throw error;
  }
  const faults: string[] = [];
  const defined = new Map<string, Set<string>>();
  checkBlock(nodes, compile(grammar.rules, { ...TYPES, ...grammar.types }), { grammar, defined, faults }, 0);
  return faults;
}

interface Checking {
  readonly grammar: Grammar;
  readonly defined: Map<string, Set<string>>;
  readonly faults: string[];
}

function checkBlock(
  nodes: readonly Node[],
  rules: readonly Compiled[],
  state: Checking,
  parent: number,
): void {
  const counts = new Map<Compiled, number>();
  for (const node of nodes) {
    const found = match(node, rules, state);
    if (!found) continue;
    counts.set(found, (counts.get(found) ?? 0) + 1);
    if (node.body.length > 0 && !found.opens)
      state.faults.push(`line ${node.body[0]!.line}: nothing belongs below this`);
    else checkBlock(node.body, found.opens ?? [], state, node.line);
  }
  for (const rule of rules) {
    const count = counts.get(rule) ?? 0;
    const { times, pattern } = rule.source;
    if (count > 1 && (times === 'once' || times === 'at most once')) {
      state.faults.push(`below line ${parent}: "${pattern}" comes ${count} times`);
    }
    if (count === 0 && (times === 'once' || times === 'at least once')) {
      state.faults.push(`below line ${parent}: "${pattern}" is missing`);
    }
  }
}

function match({ tokens, line }: Node, rules: readonly Compiled[], state: Checking): Compiled | undefined {
  const problems: string[] = [];
  for (const rule of rules) {
    if (!rule.leading.every((word, i) => word === tokens[i])) continue;
    for (const end of run(rule.pattern, { tokens, at: 0, bound: [] })) {
      if (end.at !== tokens.length) continue;
      const fault = bind(end.bound, state);
      if (fault === undefined) return rule;
      problems.push(fault);
    }
  }
  state.faults.push(`line ${line}: ${problems[0] ?? `not a command here: ${tokens.join(' ')}`}`);
  return undefined;
}

/** Records definitions; says what is wrong with names, if anything. */
function bind(bound: readonly Bound[], { grammar, defined }: Checking): string | undefined {
  for (const { kind, name, defines } of bound) {
    const known = defined.get(kind) ?? new Set();
    defined.set(kind, known);
    const key = grammar.ignoresCase ? name.toLowerCase() : name;
    if (!grammar.names[kind]?.test(name)) return `${name} cannot be the name of a ${kind}`;
    if (defines && known.has(key)) return `a second ${kind} ${name}`;
    if (!defines && !known.has(key)) return `there is no ${kind} ${name}`;
  }
  for (const { kind, name, defines } of bound) {
    if (defines) defined.get(kind)?.add(grammar.ignoresCase ? name.toLowerCase() : name);
  }
  return undefined;
}

const number = (from: number, to: number) => (token: string) =>
  /^(0|[1-9][0-9]*)$/.test(token) && Number(token) >= from && Number(token) <= to;

type Types = Readonly<Record<string, (token: string) => boolean>>;

const TYPES: Types = {
  ipv4: isIPv4,
  ipv6: isIPv6,
  port: number(1, 65_535),
  byte: (token) => /^[0-9a-fA-F]{2}$/.test(token),
  hex: (token) => /^([0-9a-fA-F]{2})+$/.test(token),
  path: (token) => /^\/[A-Za-z0-9._~/-]*$/.test(token),
  word: (token) => /^[A-Za-z0-9_.:-]+$/.test(token),
};

interface Bound {
  readonly kind: string;
  readonly name: string;
  readonly defines: boolean;
}

interface Position {
  readonly tokens: readonly string[];
  readonly at: number;
  readonly bound: readonly Bound[];
}

type Pattern =
  | { readonly is: 'word'; readonly text: string }
  | { readonly is: 'argument'; readonly accepts: (token: string) => boolean }
  | { readonly is: 'name'; readonly kind: string; readonly defines: boolean; readonly port: boolean }
  | { readonly is: 'sequence' | 'choice'; readonly parts: readonly Pattern[] }
  | { readonly is: 'optional' | 'repeated'; readonly part: Pattern };

interface Compiled {
  readonly source: Rule;
  readonly pattern: Pattern;
  /** The words that it begins with: most lines are told from most patterns by them alone. */
  readonly leading: readonly string[];
  readonly opens?: readonly Compiled[];
}

/** Rules refer to themselves nowhere, so that compiling ends; each list is compiled once. */
const compiled = new WeakMap<readonly Rule[], readonly Compiled[]>();

function compile(rules: readonly Rule[], types: Types): readonly Compiled[] {
  const known = compiled.get(rules);
  if (known) return known;
  const made = rules.map((source): Compiled => {
    const { opens } = source;
    return {
      source,
      pattern: parse(source.pattern, types),
      leading: leadingWords(source.pattern),
      ...(opens && { opens: compile(opens, types) }),
    };
  });
  compiled.set(rules, made);
  return made;
}

function leadingWords(pattern: string): string[] {
  const words = pattern.split(/\s+/);
  const end = words.findIndex((word) => /^[[({<|]/.test(word));
  return (end === -1 ? words : words.slice(0, end)).map((word) => word.replace(/^\\/, ''));
}

/** Every way in which the tokens from here on begin with the pattern. */
function* run(pattern: Pattern, from: Position): Generator<Position> {
  const token = from.tokens[from.at];
  switch (pattern.is) {
    case 'word':
      if (token === pattern.text) yield { ...from, at: from.at + 1 };
      return;
    case 'argument':
      if (token !== undefined && pattern.accepts(token)) yield { ...from, at: from.at + 1 };
      return;
    case 'name': {
      if (token === undefined) return;
      const { kind, defines, port } = pattern;
      const name = port ? /^(.+):(0|[1-9][0-9]{0,4})$/.exec(token)?.[1] : token;
      if (name === undefined) return;
      yield { ...from, at: from.at + 1, bound: [...from.bound, { kind, name, defines }] };
      return;
    }
    case 'sequence':
      yield* runAll(pattern.parts, from);
      return;
    case 'choice':
      for (const part of pattern.parts) yield* run(part, from);
      return;
    case 'optional':
      yield* run(pattern.part, from);
      yield from;
      return;
    case 'repeated':
      for (const next of run(pattern.part, from)) {
        yield* run(pattern, next);
        yield next;
      }
  }
}

function* runAll([first, ...rest]: readonly Pattern[], from: Position): Generator<Position> {
  if (!first) yield from;
  else for (const next of run(first, from)) yield* runAll(rest, next);
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

function parse(text: string, types: Types): Pattern {
  const words = text.split(/\s+/).filter(Boolean);
  let at = 0;
  const group = (end: string | undefined): Pattern => {
    const choices: Pattern[][] = [[]];
    for (;;) {
      const word = words[at++];
      if (word === end) break;
      if (word === undefined) throw new Error(`"${text}" lacks a ${end ?? ''}`);
      const parts = choices.at(-1)!;
      if (word === '|') choices.push([]);
      else if (CLOSING[word] !== undefined) {
        const part = group(CLOSING[word]);
        parts.push(word === '(' ? part : { is: word === '[' ? 'optional' : 'repeated', part });
      } else
        parts.push(
          word.startsWith('<') && word.endsWith('>') ? argument(word.slice(1, -1), types) : literal(word),
        );
    }
    const parts = choices.map((sequence): Pattern => ({ is: 'sequence', parts: sequence }));
    return { is: 'choice', parts };
  };
  return group(undefined);
}

function literal(word: string): Pattern {
  return { is: 'word', text: word.replace(/^\\/, '') };
}

function argument(name: string, types: Types): Pattern {
  const named = /^([=@])([a-z]+)(:port)?$/.exec(name);
  if (named) {
    return { is: 'name', kind: named[2]!, defines: named[1] === '=', port: named[3] !== undefined };
  }
  const range = /^([0-9]+)\.\.([0-9]+)$/.exec(name);
  if (range) return { is: 'argument', accepts: number(Number(range[1]), Number(range[2])) };
  const accepts = types[name];
  if (!accepts) throw new Error(`there is no type <${name}>`);
  return { is: 'argument', accepts };
}
