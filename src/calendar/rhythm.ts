import type { CronTimes } from './cron.ts';

/** `unbroken`: no two times lie further apart than was asked. */
export type Rhythm = 'never' | 'unbroken' | 'paused';

const MINUTES_OF_DAY = 24 * 60;
/** 28 years from this one hold every pairing of date and weekday, 29 February among them. */
const FIRST_YEAR = 2001;
const DAYS = 28 * 365 + 7;

/**
 * Whether the expression ever happens, and whether it then pauses for more than so many minutes. Follows from
 * the expression alone: by the calendar, whatever year it is, and by a clock that is never put forward or back.
 */
export function rhythmOf(times: CronTimes, minutes: number): Rhythm {
  const { minutesOfDay } = times;
  const [first, last] = [minutesOfDay[0], minutesOfDay.at(-1)];
  if (first === undefined || last === undefined) return 'never';
  let paused = minutesOfDay.some((minute, i) => minute - (minutesOfDay[i - 1] ?? minute) > minutes);
  let before: number | undefined;
  for (let day = 0; day < DAYS; day++) {
    const date = new Date(Date.UTC(FIRST_YEAR, 0, 1 + day));
    if (!times.happensOn(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())) continue;
    const start = day * MINUTES_OF_DAY;
    paused ||= start + first - (before ?? 0) > minutes;
    if (paused) return 'paused';
    before = start + last;
  }
  return before === undefined ? 'never' : 'unbroken';
}
