/** The header of a device's file: as for other targets, in the device's own kind of comment. */
import type { Intent } from '../../intent/model.ts';
import { header } from '../header.ts';
import type { Finding } from '../target.ts';

/** Consoles take lines of about 250 characters (IOS: 254), and readers fewer. */
const WIDTH = 100;

/** @param mark what a comment line begins with: `!`, `#` */
export function deviceHeader(
  target: string,
  intent: Intent,
  purpose: readonly string[],
  findings: readonly Finding[],
  mark: string,
): string[] {
  return header(target, intent, purpose, findings).flatMap((line) =>
    wrap(line.slice(2)).map((part) => `${mark} ${part}`.trimEnd()),
  );
}

/** Continued lines are indented like the first, and a little more. */
function wrap(text: string): string[] {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = indent;
  for (const word of text.trimStart().split(' ')) {
    if (line.trim() !== '' && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = `${indent}  ${word}`;
    } else {
      line = line.trim() === '' ? `${line}${word}` : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
