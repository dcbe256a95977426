import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCron } from '../../src/calendar/cron.ts';
import { rhythmOf } from '../../src/calendar/rhythm.ts';

const HOUR = 60;
const DAY = 24 * HOUR;

describe('whether an expression happens, and pauses for longer than so many minutes', () => {
  for (const [expression, minutes, expected] of [
    ['0 3 31 2,4 *', HOUR, 'never'],
    ['0 3 31 * 5#1', HOUR, 'never'],
    ['0 3 * * *', DAY - 1, 'paused'],
    ['0 3 * * *', DAY, 'unbroken'],
    ['0 3 * * sun', 7 * DAY - 1, 'paused'],
    ['0 3 * * sun', 7 * DAY, 'unbroken'],
    ['*/20 * * * *', 19, 'paused'],
    ['*/20 * * * *', 20, 'unbroken'],
    // From 22:00 to 00:00.
    ['0 0-22 * * *', 2 * HOUR - 1, 'paused'],
    ['0 0-22 * * *', 2 * HOUR, 'unbroken'],
    // Once in a while: 29 February is a Monday in 2016 and 2044.
    ['0 0 29 2 mon', 7 * DAY, 'paused'],
    ['* * 1-28,30,31 * *', HOUR, 'paused'],
  ] as const) {
    test(`${expression}, ${minutes} minutes: ${expected}`, () => {
      const { times, fault } = readCron(expression);
      if (times) assert.equal(rhythmOf(times, minutes), expected);
      // node-cron sees some of them itself.
      else assert.equal(expected, 'never', fault);
    });
  }
});
