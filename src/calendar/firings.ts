import type { CronTimes } from './cron.ts';
import { clockOf, wallOf } from './zone-time.ts';

const DAY = 86_400_000;

/**
 * The instants (milliseconds since the epoch) at which the expression happens in the zone, from `from` up to but
 * without `to`, ascending. Each day's times happen on each of its days, also where clocks change: see
 * `clockOf()`.
 */
export function* firings(times: CronTimes, zone: string, from: number, to: number): Generator<number> {
  const first = wallOf(from, zone);
  let last = -Infinity;
  // A day early, since clocks put forward move the end of a day into the next.
  for (
    let noon = Date.UTC(first.year, first.month - 1, first.day - 1, 12);
    noon < to + 2 * DAY;
    noon += DAY
  ) {
    const date = new Date(noon);
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    if (!times.happensOn(year, month, day)) continue;
    const instants = times.minutesOfDay.map(clockOf(year, month, day, zone));
    // Times of a skipped hour come after ones of the next, and may meet them.
    for (const instant of instants.sort((a, b) => a - b)) {
      if (instant >= from && instant < to && instant > last) {
        last = instant;
        yield instant;
      }
    }
  }
}
