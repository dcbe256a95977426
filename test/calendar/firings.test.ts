import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTask } from 'node-cron';
import fc from 'fast-check';
import { readCron, type CronTimes } from '../../src/calendar/cron.ts';
import { firings } from '../../src/calendar/firings.ts';
import { isTimeZone, wallOf } from '../../src/calendar/zone-time.ts';

const times = (expression: string): CronTimes => {
  const { times: read, fault } = readCron(expression);
  assert.ok(read, fault);
  return read;
};
const iso = (instant: number) => new Date(instant).toISOString().slice(0, 16);
const list = (expression: string, zone: string, from: string, to: string) =>
  [...firings(times(expression), zone, Date.parse(`${from}Z`), Date.parse(`${to}Z`))].map(iso);

describe('bad expressions are refused with the reason', () => {
  for (const [expression, reason] of [
    ['', /0 fields, not five/],
    ['0 3 * *', /4 fields, not five/],
    ['0 0 3 * * *', /6 fields, not five/],
    ['61 * * * *', /minute "61"/],
    ['0 25 * * *', /hour "25"/],
    ['0 3 32 * *', /day of month "32"/],
    ['0 3 * * mon-fry', /day of week/],
    ['0 3 31 2 *', /impossible day of month/],
    ['@sometimes', /./],
    // Written out before it is looked at, it would take more memory than there is.
    ['0-999999999999 * * * *', /no field goes up to 999999999999/],
    ['0 0 1-31,100 * *', /no field goes up to 100/],
    ['0 3 * * * ; rm', /7 fields/],
    [`0 3 * * ${'1,'.repeat(100)}1`, /longer than 200/],
  ] as const) {
    test(JSON.stringify(expression.slice(0, 20)), () =>
      assert.match(readCron(expression).fault ?? 'taken', reason),
    );
  }
});

describe('when an expression happens', () => {
  test('in its zone', () => {
    assert.deepEqual(list('0 3 * * sun', 'Asia/Seoul', '2024-06-01T00:00', '2024-06-16T00:00'), [
      '2024-06-01T18:00',
      '2024-06-08T18:00',
      '2024-06-15T18:00',
    ]);
  });

  test('from is inside, to is not', () => {
    assert.deepEqual(list('0 3 * * *', 'UTC', '2024-06-01T03:00', '2024-06-02T03:00'), ['2024-06-01T03:00']);
    assert.deepEqual(list('0 3 * * *', 'UTC', '2024-06-01T03:01', '2024-06-02T03:01'), ['2024-06-02T03:00']);
  });

  test('nicknames, names, steps, last days', () => {
    assert.deepEqual(list('@daily', 'UTC', '2024-06-01T00:00', '2024-06-02T12:00'), [
      '2024-06-01T00:00',
      '2024-06-02T00:00',
    ]);
    assert.deepEqual(list('0 */8 1 jan *', 'UTC', '2024-01-01T00:00', '2025-01-01T00:00'), [
      '2024-01-01T00:00',
      '2024-01-01T08:00',
      '2024-01-01T16:00',
    ]);
    assert.deepEqual(list('0 0 L * *', 'UTC', '2024-02-01T00:00', '2024-04-01T00:00'), [
      '2024-02-29T00:00',
      '2024-03-31T00:00',
    ]);
    assert.deepEqual(list('0 0 * * 5#2', 'UTC', '2024-06-01T00:00', '2024-07-01T00:00'), [
      '2024-06-14T00:00',
    ]);
  });

  test('day of month and day of week must both fit', () => {
    assert.deepEqual(list('0 0 1-7 * mon', 'UTC', '2024-06-01T00:00', '2024-07-01T00:00'), [
      '2024-06-03T00:00',
    ]);
  });

  test('a 02:30 that clocks skip is at 03:30 that day', () => {
    assert.deepEqual(list('30 2 * * *', 'Europe/Berlin', '2024-03-30T00:00', '2024-04-02T00:00'), [
      '2024-03-30T01:30',
      '2024-03-31T01:30', // 03:30 summer time
      '2024-04-01T00:30',
    ]);
  });

  test('a 02:30 that clocks show twice is the first of them', () => {
    assert.deepEqual(list('30 2 * * *', 'Europe/Berlin', '2024-10-26T00:00', '2024-10-29T00:00'), [
      '2024-10-26T00:30',
      '2024-10-27T00:30', // summer time still; 01:30 UTC shows the same
      '2024-10-28T01:30',
    ]);
  });

  test('half an hour forward, as on Lord Howe', () => {
    // 2024-10-06 02:00 becomes 02:30, from UTC+10:30 to UTC+11.
    assert.deepEqual(list('10 2 * * *', 'Australia/Lord_Howe', '2024-10-05T12:00', '2024-10-06T12:00'), [
      '2024-10-05T15:40',
    ]);
  });

  test('a day that was left out, as on Samoa in 2011: the times of 30 December are those of the 31st', () => {
    const days = list('0 12 * * *', 'Pacific/Apia', '2011-12-29T00:00', '2012-01-02T00:00');
    assert.deepEqual(days, ['2011-12-29T22:00', '2011-12-30T22:00', '2011-12-31T22:00', '2012-01-01T22:00']);
  });

  test('hourly times that meet those of a skipped hour happen once', () => {
    const hours = list('0 * * * *', 'Europe/Berlin', '2024-03-31T00:00', '2024-03-31T04:00');
    assert.deepEqual(hours, ['2024-03-31T00:00', '2024-03-31T01:00', '2024-03-31T02:00', '2024-03-31T03:00']);
  });

  test('away from changes of clocks it is what node-cron would match, minute by minute', () => {
    const field = (max: number, min = 0) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min, max }).map(String),
        fc
          .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
        fc.integer({ min: 2, max: 9 }).map((step) => `*/${step}`),
      );
    const expression = fc
      .tuple(field(59), field(23), field(28, 1), field(12, 1), field(6))
      .map((all) => all.join(' '));
    const zones = fc.constantFrom(
      'UTC',
      'Asia/Seoul',
      'America/St_Johns',
      'Asia/Kathmandu',
      'Pacific/Kiritimati',
    );
    const day = fc.integer({ min: 0, max: 27 });
    fc.assert(
      fc.property(expression, zones, day, (text, timezone, offset) => {
        const from = Date.UTC(2024, 5, 1 + offset, 7, 13);
        const to = from + 6 * 3_600_000;
        const task = createTask(text, () => undefined, { timezone });
        const expected: number[] = [];
        for (let at = Math.ceil(from / 60_000) * 60_000; at < to; at += 60_000)
          if (task.match(new Date(at))) expected.push(at);
        void task.destroy();
        assert.deepEqual([...firings(times(text), timezone, from, to)].map(iso), expected.map(iso));
      }),
      { numRuns: 60 },
    );
  });
});

test('wall clocks and zones', () => {
  assert.deepEqual(wallOf(Date.parse('2024-06-01T15:30:59Z'), 'Asia/Kathmandu'), {
    year: 2024,
    month: 6,
    day: 1,
    hour: 21,
    minute: 15,
  });
  assert.equal(wallOf(Date.parse('2024-06-01T00:00Z'), 'UTC').hour, 0);
  assert.deepEqual(['UTC', 'Asia/Seoul', 'Mars/Phobos', ''].map(isTimeZone), [true, true, false, false]);
});
