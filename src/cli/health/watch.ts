/** `roomlb health --watch`: draws anew on a terminal, and appends what changed anywhere else. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthReport } from '../../health/report.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../output.ts';
import { clusterTable } from './table.ts';
import { transitions } from './transitions.ts';

export interface WatchOptions {
  readonly read: () => Promise<HealthReport>;
  /** Milliseconds between two readings. */
  readonly interval: number;
  /** A line of JSON a reading. */
  readonly json: boolean;
  readonly stop: AbortSignal;
}

/**
 * Until it is stopped. A dispatcher that cannot be reached for a while is told of once, and asked again.
 *
 * @returns the last report; undefined where there was none
 * @throws CliError where the first reading fails
 */
export async function watchHealth(io: Io, options: WatchOptions): Promise<HealthReport> {
  const { read, interval, stop } = options;
  let report = await read();
  show(io, options, report, undefined);
  let away: string | null = null;
  while (await pause(interval, stop)) {
    try {
      const next = await read();
      if (away !== null) io.err('the dispatcher answers again\n');
      away = null;
      show(io, options, next, report);
      report = next;
    } catch (error) {
      if (!(error instanceof CliError) || error.code !== EXIT.unreachable) throw error;
      if (error.message !== away) io.err(`${error.message}\n`);
      away = error.message;
    }
  }
  return report;
}

function show(io: Io, { json }: WatchOptions, report: HealthReport, before: HealthReport | undefined): void {
  const terminal = io.terminal?.();
  if (json) io.out(`${JSON.stringify(report)}\n`);
  else if (terminal) io.out(redraw(clusterTable(report), terminal));
  else if (before)
    io.out(
      transitions(before, report)
        .map((line) => `${line}\n`)
        .join(''),
    );
  else io.out(clusterTable(report));
}

/** Over what was there before, without clearing the screen first, which would flicker (ECMA-48: CUP, EL, ED). */
export function redraw(text: string, { columns, rows }: { columns: number; rows: number }): string {
  const lines = text.trimEnd().split('\n');
  const room = Math.max(2, rows - 1);
  const cut =
    lines.length > room ? [...lines.slice(0, room - 1), `… ${lines.length - room + 1} lines more`] : lines;
  return `\x1b[H${cut.map((line) => `${Array.from(line).slice(0, columns).join('')}\x1b[K\n`).join('')}\x1b[J`;
}

/** False when stopped. */
async function pause(interval: number, stop: AbortSignal): Promise<boolean> {
  await sleep(interval, undefined, { signal: stop }).catch(() => undefined);
  return !stop.aborted;
}
