/** From a window of the right shape to the model. Everything that can't be meant is reported with its reason. */
import { readCron } from '../../calendar/cron.ts';
import { rhythmOf } from '../../calendar/rhythm.ts';
import { isTimeZone } from '../../calendar/zone-time.ts';
import { nearest } from '../nearest.ts';
import type { Path, Problems } from '../problems.ts';
import { quote } from '../quote.ts';
import { parseMs } from '../read-milliseconds.ts';
import type { Partly } from '../shape.ts';
import type { WindowDocument } from './schema.ts';
import type { MaintenanceWindow, WindowScope } from './window.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
export const MAX_WINDOW = 7 * DAY;
export const DEFAULT_TIME_ZONE = 'UTC';

/** What could not be read is a stand-in, which `problems` knows. Whether its nodes exist is checked elsewhere. */
export function readWindow(raw: Partly<WindowDocument>, path: Path, problems: Problems): MaintenanceWindow {
  const duration = raw.duration === undefined ? undefined : readDuration(raw.duration, path, problems);
  if (raw.cron !== undefined) checkCron(raw.cron, duration, path, problems);
  return {
    id: raw.id ?? '',
    cron: raw.cron ?? '',
    duration: duration ?? MINUTE,
    timeZone: readTimeZone(raw.timeZone ?? DEFAULT_TIME_ZONE, path, problems),
    scope: readScope(raw, path, problems),
  };
}

function readDuration(text: string, path: Path, problems: Problems): number | undefined {
  const value = parseMs(text);
  if (value !== undefined && value % MINUTE === 0 && value >= MINUTE && value <= MAX_WINDOW) return value;
  problems.unreadable(
    [...path, 'duration'],
    `must be whole minutes from 1m to ${MAX_WINDOW / DAY} days, found ${text}`,
    'write it such as 90m or 2h',
  );
  return undefined;
}

/** A window that never opens, or never closes, is none. */
function checkCron(expression: string, duration: number | undefined, path: Path, problems: Problems): void {
  const { times, fault } = readCron(expression);
  if (!times) {
    const hint = 'five fields: minute hour day-of-month month day-of-week, such as "0 3 * * sun"';
    problems.unreadable([...path, 'cron'], `is no cron expression: ${fault}`, hint);
    return;
  }
  if (duration === undefined) return;
  const rhythm = rhythmOf(times, duration / MINUTE);
  if (rhythm === 'never') {
    problems.fault([...path, 'cron'], 'never happens', 'check day, month and weekday together');
  } else if (rhythm === 'unbroken') {
    const hint = 'make it shorter, or further apart; to take a node out for good set its state to draining';
    problems.fault([...path, 'duration'], 'it opens anew before it has closed, and so never closes', hint);
  }
}

function readTimeZone(name: string, path: Path, problems: Problems): string {
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
  problems.unreadable([...path, 'timeZone'], `there is no time zone ${quote(name)}`, hint);
  return DEFAULT_TIME_ZONE;
}

function readScope({ nodes, zone }: Partly<WindowDocument>, path: Path, problems: Problems): WindowScope {
  const said = (key: string, value: unknown) => value !== undefined || problems.isUnreadable([...path, key]);
  if (said('nodes', nodes) === said('zone', zone)) {
    const hint = nodes ? 'take one of them out' : 'add nodes: or zone:';
    problems.fault(path, 'must name nodes, or a zone', hint);
  }
  return zone === undefined ? { nodes: (nodes ?? []).filter((id) => id !== undefined) } : { zone };
}
