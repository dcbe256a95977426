/** From a window of the right shape to the model. Everything that can't be meant is reported with its reason. */
import { rhythmOf } from '../../calendar/rhythm.ts';
import type { Path, Problems } from '../problems.ts';
import { parseMs } from '../read-milliseconds.ts';
import { DEFAULT_TIME_ZONE, readTimes, readTimeZone } from '../read-times.ts';
import type { Partly } from '../shape.ts';
import type { WindowDocument } from './schema.ts';
import type { MaintenanceWindow, WindowScope } from './window.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
export const MAX_WINDOW = 7 * DAY;

/** What could not be read is a stand-in, which `problems` knows. Whether its nodes exist is checked elsewhere. */
export function readWindow(raw: Partly<WindowDocument>, path: Path, problems: Problems): MaintenanceWindow {
  const duration = raw.duration === undefined ? undefined : readDuration(raw.duration, path, problems);
  if (raw.cron !== undefined) checkCron(raw.cron, duration, path, problems);
  return {
    id: raw.id ?? '',
    cron: raw.cron ?? '',
    duration: duration ?? MINUTE,
    timeZone: readTimeZone(raw.timeZone ?? DEFAULT_TIME_ZONE, [...path, 'timeZone'], problems),
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
  const times = readTimes(expression, [...path, 'cron'], problems);
  if (!times || duration === undefined || rhythmOf(times, duration / MINUTE) !== 'unbroken') return;
  const hint = 'make it shorter, or further apart; to take a node out for good set its state to draining';
  problems.fault([...path, 'duration'], 'it opens anew before it has closed, and so never closes', hint);
}

function readScope({ nodes, zone }: Partly<WindowDocument>, path: Path, problems: Problems): WindowScope {
  const said = (key: string, value: unknown) => value !== undefined || problems.isUnreadable([...path, key]);
  if (said('nodes', nodes) === said('zone', zone)) {
    const hint = nodes ? 'take one of them out' : 'add nodes: or zone:';
    problems.fault(path, 'must name nodes, or a zone', hint);
  }
  return zone === undefined ? { nodes: (nodes ?? []).filter((id) => id !== undefined) } : { zone };
}
