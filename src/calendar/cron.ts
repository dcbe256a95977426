/** Cron expressions: node-cron reads and matches them, so that they mean here what they mean to it. */
import { createTask, parse, validateDetailed, type ScheduledTask } from 'node-cron';

/** An expression, read. */
export interface CronTimes {
  readonly expression: string;
  /** Minutes of the day at which it happens, on days on which it does; ascending. */
  readonly minutesOfDay: readonly number[];
  happensOn(year: number, month: number, day: number): boolean;
}

export type CronResult =
  | { readonly times: CronTimes; readonly fault?: undefined }
  | { readonly times?: undefined; readonly fault: string };

const FIELDS = 5;
const MAX_LENGTH = 200;
/** A number that no field takes. node-cron writes ranges out before it looks: one to 99999999 keeps it for half a minute. */
const BEYOND = /(?<![\d/])\d{3,}/;

/**
 * Reads five fields (minute, hour, day of month, month, day of week), or a nickname such as `@daily`. What
 * node-cron takes beyond plain cron holds as well (names, `L`, `15W`, `5#2`), but not seconds. Day of month and
 * day of week must both fit, as node-cron has it; crond would take either.
 *
 * Returns the fault in words where it is none.
 */
export function readCron(expression: string): CronResult {
  if (expression.length > MAX_LENGTH) return { fault: `is longer than ${MAX_LENGTH} characters` };
  const fields = expression.trim().split(/\s+/);
  const nickname = fields.length === 1 && expression.trim().startsWith('@');
  if (!nickname && fields.length !== FIELDS) {
    return {
      fault: `has ${fields[0] === '' ? 0 : fields.length} fields, not five: minute hour day month weekday`,
    };
  }
  const beyond = BEYOND.exec(expression)?.[0];
  if (beyond !== undefined) return { fault: `no field goes up to ${beyond}` };
  const { valid, errors } = validateDetailed(expression);
  if (!valid) return { fault: errors.map(inWords).join('; ') };
  const { minute, hour } = parse(expression);
  const minutesOfDay = hour.flatMap((h) => minute.map((m) => h * 60 + m)).sort((a, b) => a - b);
  return { times: { expression, minutesOfDay, happensOn: dayMatcher(expression, minutesOfDay[0] ?? 0) } };
}

/** The same text for all expressions of the same times (`sun`, `0`); what cannot be read stays as it is. */
export function cronMeaning(expression: string): string {
  if (readCron(expression).fault !== undefined) return expression;
  const { minute, hour, dayOfMonth, month, dayOfWeek } = parse(expression);
  const sorted = (values: readonly (number | string)[]) => [...values].sort().join();
  return [minute, hour, dayOfMonth, month, dayOfWeek].map(sorted).join(' ');
}

function inWords({ field, value, message }: { field: string; value?: string; message: string }): string {
  const named = field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return value === undefined ? `${named}: ${message}` : `${named} "${value}": ${message}`;
}

/** UTC has no gaps: asked there, node-cron matches a wall clock's time whatever the zone it hangs in. */
function dayMatcher(expression: string, minuteOfDay: number): CronTimes['happensOn'] {
  const task: ScheduledTask = createTask(expression, () => undefined, { timezone: 'UTC' });
  const matcher = { match: (date: Date) => task.match(date) };
  // The task was never started; taking it out of node-cron's registry leaves it able to match.
  void task.destroy();
  return (year, month, day) => matcher.match(new Date(Date.UTC(year, month - 1, day, 0, minuteOfDay)));
}
