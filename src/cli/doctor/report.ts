import { paintOut, printable, type Io } from '../output.ts';
import { LEVELS, type Level } from './check.ts';
import type { Examined } from './run.ts';

const COLOURS = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'dim' } as const;

/** A line for each finding, what to do about it below, and the sum. */
export function reportText(io: Io, examined: readonly Examined[]): string {
  const widest = Math.max(...examined.map(({ check }) => check.length));
  const lines = examined.flatMap(({ check, findings }) =>
    findings.flatMap(({ level, what, mend }) => [
      `${paintOut(io, COLOURS[level], level.padEnd(7))}  ${check.padEnd(widest)}  ${printable(what)}`,
      ...(mend === undefined ? [] : [`${' '.repeat(widest + 11)}→ ${printable(mend)}`]),
    ]),
  );
  const counts = countsOf(examined);
  const sum = LEVELS.map((level) => `${counts[level]} ${level}`).join(', ');
  return `${[...lines, '', sum].join('\n')}\n`;
}

export function countsOf(examined: readonly Examined[]): Record<Level, number> {
  const counts = { ok: 0, warning: 0, failed: 0, skipped: 0 };
  for (const { findings } of examined) for (const { level } of findings) counts[level]++;
  return counts;
}
