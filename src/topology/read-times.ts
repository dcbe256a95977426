/** When something is to happen: cron expressions and time zones, as topologies write them. */
import { readCron, type CronTimes } from '../calendar/cron.ts';
import { rhythmOf } from '../calendar/rhythm.ts';
import { isTimeZone } from '../calendar/zone-time.ts';
import { nearest } from './nearest.ts';
import type { Path, Problems } from './problems.ts';
import { quote } from './quote.ts';

export const DEFAULT_TIME_ZONE = 'UTC';

/** Undefined, and reported with the reason, where it is no expression, or one that never happens. */
export function readTimes(expression: string, path: Path, problems: Problems): CronTimes | undefined {
  const { times, fault } = readCron(expression);
  if (!times) {
    const hint = 'five fields: minute hour day-of-month month day-of-week, such as "0 3 * * sun"';
    problems.unreadable(path, `is no cron expression: ${fault}`, hint);
    return undefined;
  }
  if (rhythmOf(times, 0) === 'never') {
    problems.fault(path, 'never happens', 'check day, month and weekday together');
    return undefined;
  }
  return times;
}

/** The zone; a stand-in, and reported, where this runtime does not know it. */
export function readTimeZone(name: string, path: Path, problems: Problems): string {
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
  problems.unreadable(path, `there is no time zone ${quote(name)}`, hint);
  return DEFAULT_TIME_ZONE;
}
