/** From `maintenance:` of the right shape to windows. Everything that can't be meant is reported with its reason. */
import { parseMs } from '../health/read-duration.ts';
import type { Node } from '../topology/model.ts';
import { nearest } from '../topology/nearest.ts';
import type { Path, Problems } from '../topology/problems.ts';
import { quote } from '../topology/quote.ts';
import type { Partly } from '../topology/shape.ts';
import { readCron } from './cron.ts';
import { firings } from './firings.ts';
import type { WindowDocument } from './schema.ts';
import { inScope } from './drained.ts';
import type { MaintenanceWindow, WindowScope } from './windows.ts';
import { isTimeZone } from './zone-time.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
export const MAX_WINDOW = 7 * DAY;
export const DEFAULT_TIME_ZONE = 'UTC';
/** Long enough for a 29 February to come, but for the one in a century that is left out. */
const FORESIGHT = 8 * 366 * DAY;
/** Openings that are looked at to see whether it ever closes. */
const OPENINGS = 50;

/**
 * @param nodes of the topology that the windows are for
 * @param now milliseconds since the epoch: from when on windows must open some time
 */
export function readWindows(
  raw: readonly (Partly<WindowDocument> | undefined)[],
  nodes: readonly Node[],
  now: number,
  path: Path,
  problems: Problems,
): MaintenanceWindow[] {
  const seen = new Set<string>();
  return raw.flatMap((window, index) => {
    if (window === undefined) return [];
    const place = [...path, index];
    if (window.id !== undefined && seen.has(window.id)) {
      problems.fault(
        [...place, 'id'],
        `there are two windows ${quote(window.id)}`,
        'give each an id of its own',
      );
    }
    seen.add(window.id ?? '');
    const read = readWindow(window, nodes, now, place, problems);
    return read ? [read] : [];
  });
}

function readWindow(
  raw: Partly<WindowDocument>,
  nodes: readonly Node[],
  now: number,
  path: Path,
  problems: Problems,
): MaintenanceWindow | undefined {
  const scope = readScope(raw, nodes, path, problems);
  const duration = raw.duration === undefined ? undefined : readDuration(raw.duration, path, problems);
  const timeZone = readTimeZone(raw.timeZone ?? DEFAULT_TIME_ZONE, path, problems);
  if (raw.cron === undefined) return undefined;
  const { times, fault } = readCron(raw.cron);
  if (!times) {
    const hint = 'five fields: minute hour day-of-month month day-of-week, such as "0 3 * * sun"';
    problems.fault([...path, 'cron'], `is no cron expression: ${fault}`, hint);
  }
  if (!times || !scope || raw.id === undefined || duration === undefined || timeZone === undefined)
    return undefined;
  const window = { id: raw.id, times, duration, timeZone, scope };
  checkOpenings(window, now, path, problems);
  return window;
}

function readDuration(text: string, path: Path, problems: Problems): number | undefined {
  const value = parseMs(text);
  if (value !== undefined && value % MINUTE === 0 && value >= MINUTE && value <= MAX_WINDOW) return value;
  problems.fault(
    [...path, 'duration'],
    `must be whole minutes from 1m to ${MAX_WINDOW / DAY} days, found ${text}`,
    'write it such as 90m or 2h',
  );
  return undefined;
}

function readTimeZone(name: string, path: Path, problems: Problems): string | undefined {
  if (isTimeZone(name)) return name;
  // There are over 400; who mistypes one gets the continent's first letters right.
  const start = name.slice(0, 2).toLowerCase();
  const known = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const meant = nearest(
    name,
    known.filter((zone) => zone.toLowerCase().startsWith(start)),
  );
  const hint =
    meant === undefined ? 'write an IANA name such as Asia/Seoul, or UTC' : `did you mean ${meant}?`;
  problems.fault([...path, 'timeZone'], `there is no time zone ${quote(name)}`, hint);
  return undefined;
}

function readScope(
  { nodes: ids, zone }: Partly<WindowDocument>,
  nodes: readonly Node[],
  path: Path,
  problems: Problems,
): WindowScope | undefined {
  if ((ids === undefined) === (zone === undefined)) {
    problems.fault(path, 'must name nodes, or a zone', ids ? 'take one of them out' : 'add nodes: or zone:');
    return undefined;
  }
  if (zone !== undefined) {
    if (!nodes.some((node) => inScope({ zone }, node))) {
      const zones = new Set(nodes.flatMap((node) => node.zone ?? []));
      problems.fault(
        [...path, 'zone'],
        `no node is in zone ${quote(zone)}`,
        `zones: ${[...zones].join(', ') || 'none'}`,
      );
    }
    return { zone };
  }
  const known = new Set(nodes.map(({ id }) => id));
  const list = (ids ?? []).filter((id) => id !== undefined);
  for (const [index, id] of list.entries()) {
    if (known.has(id)) continue;
    const meant = nearest(id, [...known]);
    const hint = meant === undefined ? 'name a node of this topology' : `did you mean "${meant}"?`;
    problems.fault([...path, 'nodes', index], `there is no node ${quote(id)}`, hint);
  }
  return { nodes: list };
}

/** A window that never opens, or never closes, is none. */
function checkOpenings(window: MaintenanceWindow, now: number, path: Path, problems: Problems): void {
  const { times, timeZone, duration } = window;
  let openings = 0;
  let last: number | undefined;
  for (const opening of firings(times, timeZone, now, now + FORESIGHT)) {
    if (last !== undefined && opening - last > duration) return;
    last = opening;
    if (++openings === OPENINGS) {
      const hint = 'make it shorter, or further apart; to take a node out for good set its state to draining';
      problems.fault([...path, 'duration'], 'it opens anew before it has closed, and so never closes', hint);
      return;
    }
  }
  if (openings === 0) {
    problems.fault(
      [...path, 'cron'],
      'never happens within eight years',
      'check day, month and weekday together',
    );
  }
}
