/** Text of PLOS: a block is applied before it is left, and left by `exit`. */
import type { ChangeLine } from '../dialect/delta/tree.ts';

/** As `show running-config` indents. */
const INDENT = '  ';

export function applied(lines: readonly ChangeLine[], depth = ''): string[] {
  return lines.flatMap((line) =>
    typeof line === 'string'
      ? [depth + line]
      : [depth + line.head, ...applied(line.body, depth + INDENT), `${depth}${INDENT}apply`, `${depth}exit`],
  );
}
