/** Running configurations cut into lines and blocks, each with its number, so that faults can be shown. */

export interface ReadLine {
  /** From 1. */
  readonly number: number;
  /** Without its indent. */
  readonly text: string;
  readonly words: readonly string[];
  readonly body: readonly ReadLine[];
}

interface Growing extends ReadLine {
  readonly body: Growing[];
}

/** By indentation: a line belongs to the nearest line above that is indented less. */
export function readIndentedLines(text: string, comment: string): ReadLine[] {
  const root: Growing[] = [];
  const open: { indent: number; body: Growing[] }[] = [{ indent: -1, body: root }];
  for (const [number, raw] of numbered(text, comment)) {
    const indent = raw.length - raw.trimStart().length;
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
    const line = lineOf(number, raw);
    open.at(-1)?.body.push(line);
    open.push({ indent, body: line.body });
  }
  return root;
}

/** By braces: `head {` opens, `}` closes. What is never closed ends with the file. */
export function readBracedLines(text: string, comment: string): ReadLine[] {
  const root: Growing[] = [];
  const open: Growing[][] = [root];
  for (const [number, raw] of numbered(text, comment)) {
    const trimmed = raw.trim();
    if (trimmed === '}') {
      if (open.length > 1) open.pop();
      continue;
    }
    const opens = trimmed.endsWith('{');
    const line = lineOf(number, opens ? trimmed.slice(0, -1) : trimmed);
    open.at(-1)?.push(line);
    if (opens) open.push(line.body);
  }
  return root;
}

/** One command a line. */
export function readFlatLines(text: string, comment: string): ReadLine[] {
  return numbered(text, comment).map(([number, raw]) => lineOf(number, raw));
}

function numbered(text: string, comment: string): [number, string][] {
  return text.split('\n').flatMap((raw, i): [number, string][] => {
    const trimmed = raw.trim();
    return trimmed === '' || trimmed.startsWith(comment) ? [] : [[i + 1, raw.trimEnd()]];
  });
}

function lineOf(number: number, raw: string): Growing {
  const text = raw.trim();
  return { number, text, words: text.split(/\s+/), body: [] };
}
