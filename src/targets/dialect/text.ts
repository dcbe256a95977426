/** Text that is structured by indentation or by braces. */

/** A line, and the lines that belong to it one level deeper. */
export interface Block {
  readonly head: string;
  readonly body: readonly Line[];
}

export type Line = string | Block;

/**
 * IOS, NX-OS, ACE and ACOS: what belongs to a line is indented below it. There may be hundreds of thousands of
 * lines, so that they are added to one list.
 */
export function indented(lines: readonly Line[], indent: string): string[] {
  const out: string[] = [];
  for (const line of lines) addIndented(out, line, '', indent);
  return out;
}

function addIndented(out: string[], line: Line, depth: string, indent: string): void {
  if (typeof line === 'string') {
    out.push(depth + line);
    return;
  }
  out.push(depth + line.head);
  for (const inner of line.body) addIndented(out, inner, depth + indent, indent);
}

/** As `indented`, with a separator line between the blocks, as these systems print their configuration. */
export function separated(lines: readonly Line[], indent: string, separator: string): string[] {
  const out: string[] = [];
  for (const line of lines) {
    out.push(separator);
    addIndented(out, line, '', indent);
  }
  return out;
}

/** tmsh: what belongs to a line stands in braces. An empty body is written `{ }` on the same line. */
export function braced(lines: readonly Line[], indent: string): string[] {
  const out: string[] = [];
  const write = (list: readonly Line[], depth: string): void => {
    for (const line of list) {
      if (typeof line === 'string') out.push(depth + line);
      else if (line.body.length === 0) out.push(`${depth}${line.head} { }`);
      else {
        out.push(`${depth}${line.head} {`);
        write(line.body, depth + indent);
        out.push(`${depth}}`);
      }
    }
  };
  write(lines, '');
  return out;
}

/** A line and all that belongs to it on one line: how a rule says what it is. */
export function oneLine(line: Line): string {
  return typeof line === 'string' ? line : [line.head, ...line.body.map(oneLine)].join(' ');
}
