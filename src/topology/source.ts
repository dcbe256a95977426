/**
 * YAML text (and JSON, which YAML 1.2 contains) to plain data that remembers where each part stood.
 * No tags, one document, string keys; the cost of hostile text is bounded.
 */
import {
  Composer,
  Lexer,
  LineCounter,
  Parser,
  isMap,
  isScalar,
  isSeq,
  type Document,
  type ErrorCode,
  type CST,
  type Pair,
  type YAMLMap,
  type YAMLError,
} from 'yaml';
import { MAX_DEPTH } from './limits.ts';
import type { Path, Problem } from './problems.ts';
import { offsetOf, plainValue, type TextFault } from './yaml-value.ts';

/** 1-based; columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Source {
  readonly value: unknown;
  /** False where the text is too broken for its value to be judged. */
  readonly usable: boolean;
  readonly faults: readonly (Omit<TextFault, 'offset'> & Position)[];
  /**
   * Where the path's value or key stands; of what is missing, or hidden behind an alias, the nearest
   * thing around it.
   */
  readonly locate: (path: Path, at: Problem['at']) => Position;
}

/** Errors of a broken text mostly follow from the first few. */
const MAX_SYNTAX_FAULTS = 20;

export function readSource(text: string): Source {
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const { contents, faults: syntaxFaults } = compose(text, lines);
  const plain = syntaxFaults.length === 0 ? plainValue(contents) : undefined;
  const faults = plain?.faults ?? syntaxFaults;
  return {
    value: plain?.value ?? null,
    usable: plain?.usable ?? false,
    faults: faults.map(({ offset, ...fault }) => ({ ...fault, ...position(offset) })),
    locate: locator(contents, position),
  };
}

interface Composed {
  readonly contents: unknown;
  readonly faults: readonly TextFault[];
}

function compose(text: string, lines: LineCounter): Composed {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Checked by plainValue() in one pass; the library compares every pair of keys.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents: Document.Parsed[] = [];
  try {
    documents.push(...composer.compose(shallowTokens(text, lines)));
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    return {
      contents: null,
      faults: [
        {
          offset: error.offset,
          path: '',
          message: `brackets or indentation are nested more than ${MAX_DEPTH} levels deep`,
          hint: 'a topology needs five',
        },
      ],
    };
  }
  const [document, second] = documents;
  if (!document) return { contents: null, faults: [] };
  const faults = [...document.errors, ...document.warnings].slice(0, MAX_SYNTAX_FAULTS).map(syntaxFault);
  if (second) {
    const message = 'a second document begins here';
    faults.push({
      offset: second.range[0],
      path: '',
      message,
      hint: 'a topology is one document; remove the ---',
    });
  }
  const { explicit, version } = document.directives.yaml;
  if (explicit === true && version !== '1.2') {
    const message = `YAML ${version} is not supported`;
    faults.push({ offset: 0, path: '', message, hint: 'remove the %YAML line: topologies are YAML 1.2' });
  }
  return { contents: document.contents, faults };
}

function syntaxFault({ code, message, pos }: YAMLError): TextFault {
  const hint = SYNTAX_HINTS[code] ?? 'look for a missing quote, bracket or space near here';
  return { offset: pos[0], path: '', message: firstLine(message), hint };
}

const SYNTAX_HINTS: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'indent items of one list or mapping alike',
  TAG_RESOLVE_FAILED: 'remove the tag: a topology needs none',
  NON_STRING_KEY: 'write keys as plain words',
  BAD_ALIAS: 'write &name before the value it names, and *name to repeat it',
  BAD_SCALAR_START: 'put the text in quotes',
  MISSING_CHAR: 'close the quote or bracket that was opened',
};

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}

class TooDeep extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super('nested too deep');
    this.offset = offset;
  }
}

/** Tokens of the text; stops at the one that goes too deep, before recursive code sees the tree. */
function* shallowTokens(text: string, lines: LineCounter): Generator<CST.Token, void> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    // Of one level, the parser stacks a collection and what it is about to hold.
    if (parser.stack.length > 2 * MAX_DEPTH) throw new TooDeep(parser.offset);
  }
  yield* parser.end();
}

function locator(contents: unknown, position: (offset: number) => Position): Source['locate'] {
  // By key, lest a mapping with very many wrong keys be searched from its start for each of them.
  const indexes = new Map<YAMLMap, Map<string, Pair>>();
  const pairOf = (map: YAMLMap, key: string): Pair | undefined => {
    const known = indexes.get(map) ?? indexByKey(map);
    indexes.set(map, known);
    return known.get(key);
  };
  return (path, at) => {
    let node = contents;
    let offset = offsetOf(node) ?? 0;
    for (const [index, part] of path.entries()) {
      let key: unknown;
      if (isMap(node)) {
        const pair = pairOf(node, String(part));
        key = pair?.key;
        node = pair?.value;
      } else {
        node = isSeq(node) && typeof part === 'number' ? node.items[part] : undefined;
      }
      const wanted = at === 'key' && index === path.length - 1 ? key : node;
      const found = offsetOf(wanted) ?? offsetOf(key);
      if (found === undefined) break;
      offset = found;
    }
    return position(offset);
  };
}

/** The first of several with one key, as in plainValue(). */
function indexByKey(map: YAMLMap): Map<string, Pair> {
  const index = new Map<string, Pair>();
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (name !== undefined && !index.has(name)) index.set(name, pair);
  }
  return index;
}
