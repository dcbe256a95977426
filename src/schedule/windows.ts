/** Maintenance windows: when which nodes are drained. Pure; instants are milliseconds since the epoch. */
import { readCron, type CronTimes } from '../calendar/cron.ts';
import { firings } from '../calendar/firings.ts';
import type { MaintenanceWindow } from '../topology/maintenance/window.ts';

/** From `since` up to but without `until`. */
export interface OpenWindow {
  readonly window: MaintenanceWindow;
  readonly since: number;
  readonly until: number;
}

/**
 * The window as it is open at that instant; undefined where it isn't. Whether anybody was there when it opened
 * does not matter: a dispatcher that starts in the middle of a window finds it open. Where it opens anew before
 * it has closed, `since` is the first opening that leads here without a pause, looked for up to a few openings
 * back, and `until` belongs to the last.
 */
export function openAt(window: MaintenanceWindow, at: number): OpenWindow | undefined {
  const { timeZone, duration } = window;
  const starts = [...firings(timesOf(window), timeZone, at - LOOK_BACK * duration, at + 1)];
  const last = starts.at(-1);
  if (last === undefined || last + duration <= at) return undefined;
  let since = last;
  for (const start of starts.reverse()) if (start + duration >= since) since = start;
  return { window, since, until: last + duration };
}

/** In durations of the window. */
const LOOK_BACK = 4;

/** Those that are open, in the order given. They may overlap: each is told. */
export function openWindows(windows: readonly MaintenanceWindow[], at: number): OpenWindow[] {
  return windows.map((window) => openAt(window, at)).filter((open) => open !== undefined);
}

/** When it opens next after that instant; undefined: not within the given number of milliseconds. */
export function nextOpening(window: MaintenanceWindow, at: number, within: number): number | undefined {
  const [next] = firings(timesOf(window), window.timeZone, at + 1, at + within);
  return next;
}

/** Windows are looked at every minute, and reading an expression takes longer than that look. */
const read = new WeakMap<MaintenanceWindow, CronTimes>();

function timesOf(window: MaintenanceWindow): CronTimes {
  const known = read.get(window);
  if (known) return known;
  const { times, fault } = readCron(window.cron);
  if (!times) throw new Error(`window ${window.id} was not checked: ${fault}`);
  read.set(window, times);
  return times;
}
