import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heartbeatInterval } from '../../src/health/heartbeat-interval.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';

const rows: [string, number][] = [
  ['', 2],
  ['health: { interval: 5s }', 5],
  ['health: { interval: 5s, checks: [tcp] }', 5],
  ['health: { interval: 5s, checks: [{ type: heartbeat, interval: 500ms }, tcp] }', 0.5],
  ['health: { interval: 5s, checks: [{ type: heartbeat, maxAge: 5s }] }', 2],
  ['health: { interval: 10m, timeout: 1s }', 300],
];
for (const [health, seconds] of rows) {
  test(`${health || 'no health'}: a heartbeat every ${seconds} s`, () => {
    assert.equal(heartbeatInterval(parse(`${SMALL}\n${health}`).health), seconds);
  });
}
