/** Maintenance windows: when which nodes are drained. Pure; instants are milliseconds since the epoch. */
import type { CronTimes } from './cron.ts';
import { firings } from './firings.ts';

/** Which nodes: these, or all of a zone, also those that join it later. */
export type WindowScope = { readonly nodes: readonly string[] } | { readonly zone: string };

export interface MaintenanceWindow {
  readonly id: string;
  readonly times: CronTimes;
  /** Milliseconds, whole minutes. Elapsed time: an hour stays an hour when clocks change meanwhile. */
  readonly duration: number;
  /** IANA name. */
  readonly timeZone: string;
  readonly scope: WindowScope;
}

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
  const { times, timeZone, duration } = window;
  const starts = [...firings(times, timeZone, at - LOOK_BACK * duration, at + 1)];
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
  const [next] = firings(window.times, window.timeZone, at + 1, at + within);
  return next;
}
