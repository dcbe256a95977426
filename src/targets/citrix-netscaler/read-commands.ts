/** Lines of ns.conf cut into words and options, as "NetScaler Command Reference" writes them: `add server N IP -state ENABLED`. */
import { readFlatLines, type ReadLine } from '../reading/lines.ts';

export interface Command {
  readonly line: ReadLine;
  /** Words in front of the options. */
  readonly words: readonly string[];
  /** By name in lower case, without the dash: options are taken in any case. */
  readonly options: ReadonlyMap<string, string>;
}

/** Quoted words hold spaces; `-name` begins an option with one value. */
export function readCommands(text: string): Command[] {
  return readFlatLines(text, '#').map((line) => {
    const tokens = (line.text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map(unquoted);
    const start = tokens.findIndex((token) => /^-[A-Za-z]/.test(token));
    const options = new Map<string, string>();
    for (let i = start; i >= 0 && i < tokens.length; i += 2)
      options.set((tokens[i] ?? '').slice(1).toLowerCase(), tokens[i + 1] ?? '');
    return { line, words: start < 0 ? tokens : tokens.slice(0, start), options };
  });
}

function unquoted(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1) : token;
}

/** Whether it begins with these words, in whatever case. */
export function begins({ words }: Command, start: string): boolean {
  return start.split(' ').every((word, i) => words[i]?.toLowerCase() === word.toLowerCase());
}
