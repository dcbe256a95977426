/** How commands print: plain text to stdout, everything about the run to stderr, colour only on a TTY. */
import { styleText } from 'node:util';

/** Where a command writes; tests give their own. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Colour on stderr. */
  readonly colour: boolean;
  /** Size of the terminal that stdout is; undefined where it is none, or cannot be drawn on. */
  readonly terminal?: () => { readonly columns: number; readonly rows: number } | undefined;
  /** Colour on stdout; none where left out. */
  readonly colourOut?: boolean;
}

export const processIo: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  colour: process.stderr.isTTY && process.env.NO_COLOR === undefined,
  terminal: () => {
    const { isTTY, columns, rows } = process.stdout;
    // A terminal that does not know its size says 0.
    return isTTY && process.env.TERM !== 'dumb' ? { columns: columns || 80, rows: rows || 24 } : undefined;
  },
  colourOut: process.stdout.isTTY && process.env.NO_COLOR === undefined,
};

export function printJson(io: Io, value: unknown): void {
  io.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** Words of others, such as what a node says of itself, without what would move a terminal's cursor. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

type Style = Parameters<typeof styleText>[0];

export function paint(io: Io, style: Style, text: string): string {
  return io.colour ? styleText(style, text) : text;
}

/** For text that goes to stdout. */
export function paintOut(io: Io, style: Style, text: string): string {
  return io.colourOut ? styleText(style, text) : text;
}

/** Columns as wide as their widest cell; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) =>
    cells.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  );
  const right = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return `${cells.map(line).join('\n')}\n`;
}
