/**
 * Devices with modes: a line opens a block or sets something in the open one, and `no` takes back. Written
 * from the manuals and without a look at what the renderers do.
 */
import type { DeviceModel } from './model.ts';

export interface Modes {
  readonly indent: number;
  /** Beginnings of lines that open a block, per path of such beginnings: `''`, `'ip slb serverfarm'`. */
  readonly opens: Readonly<Record<string, readonly string[]>>;
  /** Beginnings of settings that a block has once, so that another value takes the place of the one before. */
  readonly single: readonly string[];
  /** What a block says unless told otherwise and does not show, with the setting that it ends. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Settings that begin with `no`, none if left out. */
  readonly negative?: readonly string[];
  /** The part of a line that `no` needs to take a block back. */
  readonly nameOf: (head: string) => string;
  /** Blocks that are always there: they show only when something is in them. */
  readonly always: (head: string) => boolean;
  /** Refusals: the reason why this line cannot be given in this state. */
  readonly refuses?: (line: string, path: readonly Section[], root: Section) => string | undefined;
}

export interface Section {
  readonly head: string;
  readonly lines: Set<string>;
  readonly sections: Map<string, Section>;
}

const section = (head: string): Section => ({ head, lines: new Set(), sections: new Map() });

export function indentedModel(modes: Modes): DeviceModel {
  const root = section('');
  return {
    run(lines, each) {
      const path = [root];
      for (const whole of lines) {
        const line = whole.trimStart();
        const depth = (whole.length - line.length) / modes.indent;
        if (!Number.isInteger(depth) || depth >= path.length) throw new Error(`not in a block: ${whole}`);
        path.length = depth + 1;
        const reason = modes.refuses?.(line, path, root);
        if (reason !== undefined) throw new Error(`${line}: ${reason}`);
        const opened = give(line, path, modes);
        if (opened) path.push(opened);
        each?.();
      }
    },
    show: () => [...showing(root, '', modes)],
  };
}

/** The block that the line opens, if it does. */
function give(line: string, path: readonly Section[], modes: Modes): Section | undefined {
  const here = path.at(-1)!;
  const ended = modes.defaults[line];
  if (ended !== undefined) setSingle(ended, here, modes);
  else if (line.startsWith('no ') && !modes.negative?.includes(line)) takeBack(line.slice(3), here);
  else if (opener(line, path, modes) !== undefined) {
    const name = modes.nameOf(line);
    const known = here.sections.get(name) ?? section(line);
    here.sections.set(name, known);
    return known;
  } else {
    setSingle(line, here, modes);
    here.lines.add(line);
  }
  return undefined;
}

function opener(line: string, path: readonly Section[], { opens }: Modes): string | undefined {
  let context = '';
  for (const { head } of path.slice(1)) context = startOf(head, opens[context]) ?? '?';
  return startOf(line, opens[context]);
}

function startOf(line: string, starts: readonly string[] = []): string | undefined {
  return starts.find((start) => line === start || line.startsWith(`${start} `));
}

/** Forgets the value that another line gave to the same setting. */
function setSingle(line: string, here: Section, { single }: Modes): void {
  const start = single.find((one) => line === one || line.startsWith(`${one} `));
  if (start === undefined) return;
  for (const old of here.lines) if (old === start || old.startsWith(`${start} `)) here.lines.delete(old);
}

function takeBack(what: string, here: Section): void {
  if (here.lines.delete(what)) return;
  if (here.sections.delete(what)) return;
  throw new Error(`there is nothing to take back: no ${what}`);
}

function* showing({ lines, sections }: Section, indent: string, modes: Modes): Generator<string> {
  for (const line of [...lines].sort()) yield indent + line;
  for (const one of [...sections.values()].sort((a, b) => (a.head < b.head ? -1 : 1))) {
    const inside = [...showing(one, `${indent} `, modes)];
    if (modes.always(one.head) && inside.length === 0) continue;
    yield indent + one.head;
    yield* inside;
  }
}
