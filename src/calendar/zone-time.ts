/** Between instants and what clocks on the wall show in a time zone (IANA name). */

/** A minute as a clock on the wall shows it. Months count from 1. */
export interface WallMinute {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether this runtime knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What clocks show at that instant (milliseconds since the epoch), seconds left out. */
export function wallOf(instant: number, zone: string): WallMinute {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return {
    year: get('year'),
    month: get('month'),
    day: get('day'),
    hour: get('hour'),
    minute: get('minute'),
  };
}

/**
 * The instants at which clocks in the zone show times of that day. RFC 5545 section 3.3.5 says what is meant
 * where they do so twice (the first time) or never (the time that it would be if clocks had not been put
 * forward: 02:30 becomes 03:30).
 *
 * @returns milliseconds since the epoch, for a minute of the day
 */
export function clockOf(
  year: number,
  month: number,
  day: number,
  zone: string,
): (minuteOfDay: number) => number {
  const midnight = Date.UTC(year, month - 1, day);
  const before = offsetAt(midnight - DAY, zone);
  const after = offsetAt(midnight + 2 * DAY, zone);
  if (before === after) return (minuteOfDay) => midnight + minuteOfDay * MINUTE - before;
  return (minuteOfDay) => {
    const asUtc = midnight + minuteOfDay * MINUTE;
    const candidates = [asUtc - before, asUtc - after].sort((a, b) => a - b);
    const shown = candidates.find((instant) => utcOf(wallOf(instant, zone)) === asUtc);
    return shown ?? asUtc - before;
  };
}

/** Milliseconds by which clocks are ahead of UTC. */
function offsetAt(instant: number, zone: string): number {
  return utcOf(wallOf(instant, zone)) - Math.floor(instant / MINUTE) * MINUTE;
}

function utcOf({ year, month, day, hour, minute }: WallMinute): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  formats.set(zone, format);
  return format;
}
