/** How files of the various dialects are cut into lines and blocks. All are strict about white space. */
import { SyntaxFault, type Node } from './grammar.ts';

/** Printable ASCII and nothing else: no tab, no escape, no look-alike. */
const PRINTABLE = /^[\x20-\x7e]*$/;

export interface LineReader {
  /** What a comment line begins with. */
  readonly comment: string;
  /** Splits a line into tokens; at single spaces if left out. */
  readonly tokens?: (line: string) => string[] | undefined;
}

/** Lines of printable characters without trailing space, comments and blank ones left out. */
export function linesOf(text: string, comment: string): { line: number; text: string }[] {
  if (!text.endsWith('\n')) throw new SyntaxFault('the last line does not end');
  return text
    .slice(0, -1)
    .split('\n')
    .flatMap((line, i) => {
      if (!PRINTABLE.test(line))
        throw new SyntaxFault(`line ${i + 1}: not printable: ${JSON.stringify(line)}`);
      if (line.endsWith(' ')) throw new SyntaxFault(`line ${i + 1}: ends in a space`);
      return line === '' || line.trimStart().startsWith(comment) ? [] : [{ line: i + 1, text: line }];
    });
}

export function atSpaces(line: string): string[] | undefined {
  const tokens = line.split(' ');
  return tokens.includes('') ? undefined : tokens;
}

/** At spaces, but not inside double quotes, in which a backslash escapes what follows it. */
export function quotedTokens(line: string): string[] | undefined {
  const tokens = line.match(/"(?:[^"\\]|\\.)*"|[^\s"]+/g) ?? [];
  return tokens.join(' ') === line ? tokens : undefined;
}

/** Blocks by indentation, each level by exactly this many spaces. */
export function readIndented(
  text: string,
  width: number,
  { comment, tokens = atSpaces }: LineReader,
): Node[] {
  const root: Node[] = [];
  const open: Node[][] = [root];
  for (const { line, text: whole } of linesOf(text, comment)) {
    const spaces = /^ */.exec(whole)![0].length;
    const depth = spaces / width;
    const list = open[depth];
    if (!list) throw new SyntaxFault(`line ${line}: indented by ${spaces}`);
    const words = tokens(whole.slice(spaces));
    if (!words) throw new SyntaxFault(`line ${line}: cannot be split: ${whole}`);
    const body: Node[] = [];
    list.push({ line, tokens: words, body });
    open.length = depth + 1;
    open.push(body);
  }
  return root;
}

/** One command a line, no blocks. */
export function readFlat(text: string, { comment, tokens = atSpaces }: LineReader): Node[] {
  return readIndented(text, Number.MAX_SAFE_INTEGER, { comment, tokens });
}

/** Blocks in braces, indented by four spaces a level; `head { }` is an empty one. */
export function readBraced(text: string, { comment, tokens = quotedTokens }: LineReader): Node[] {
  const root: Node[] = [];
  const open: Node[][] = [root];
  for (const { line, text: whole } of linesOf(text, comment)) {
    const trimmed = whole.trimStart();
    if (trimmed === '}') open.pop();
    const list = open.at(-1);
    if (!list || whole.length - trimmed.length !== 4 * (open.length - 1)) {
      throw new SyntaxFault(`line ${line}: braces or indentation do not fit`);
    }
    if (trimmed === '}') continue;
    const head = trimmed.replace(/ \{( \})?$/, '');
    const words = tokens(head);
    if (!words) throw new SyntaxFault(`line ${line}: cannot be split: ${whole}`);
    const body: Node[] = [];
    // A brace opens a block even where nothing follows: `head { }` is not `head`.
    list.push({ line, tokens: trimmed === head ? words : [...words, '{'], body });
    if (trimmed.endsWith('{')) open.push(body);
  }
  if (open.length !== 1) throw new SyntaxFault('a brace is not closed');
  return root;
}
