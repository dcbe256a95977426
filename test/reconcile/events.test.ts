import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { balancerEvents } from '../../src/reconcile/events.ts';
import type { HistoryEntry } from '../../src/reconcile/memory.ts';
import type { BalancerReport } from '../../src/reconcile/report.ts';

const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second)).toISOString();
const entry = (second: number, result: HistoryEntry['result'], what: HistoryEntry['what'] = 'apply') => ({
  ...{ at: at(second), took: 7, what, result, revision: 'r', plan: 'p', counts: null, why: null },
});
const report = (standing: BalancerReport['standing'], ...history: HistoryEntry[]): BalancerReport => ({
  ...{ balancer: 'lb', target: 'nginx', where: '', wanted: 'r', applied: 'r', why: null, plan: null },
  ...{ at: at(59), standing, history },
});
const types = (before: BalancerReport | undefined, after: BalancerReport, since = at(0)) =>
  balancerEvents(before, after, since).map((event) =>
    event.type === 'balancer.standing' ? `${event.from} to ${event.to}` : `${event.what} ${event.type}`,
  );

describe('what happened to a balancer', () => {
  test('is what its history has more than the last time, oldest first, and how it stands now', () => {
    const before = report('in-sync', entry(1, 'applied'));
    const after = report('failed', entry(3, 'failed'), entry(2, 'applied', 'repair'), entry(1, 'applied'));
    assert.deepEqual(types(before, after), [
      'repair balancer.applied',
      'apply balancer.failed',
      'in-sync to failed',
    ]);
    assert.deepEqual(balancerEvents(before, after, at(0))[0], {
      ...{ type: 'balancer.applied', at: Date.parse(at(2)), balancer: 'lb', target: 'nginx', what: 'repair' },
      ...{ took: 7, revision: 'r', plan: 'p', counts: null, why: null },
    });
    assert.deepEqual(types(after, after), []);
  });

  test('is nothing older than whoever listens, where it is heard of for the first time', () => {
    const first = report('in-sync', entry(30, 'applied'), entry(10, 'applied'));
    assert.deepEqual(types(undefined, first, at(20)), ['apply balancer.applied', 'starting to in-sync']);
    assert.deepEqual(types(undefined, first, at(40)), ['starting to in-sync']);
    assert.deepEqual(types(undefined, report('starting'), at(0)), []);
  });

  test('tells of what the process before was interrupted in, with the run that found it out', () => {
    const first = report('in-sync', entry(30, 'applied'), entry(10, 'interrupted'), entry(5, 'applied'));
    assert.deepEqual(types(undefined, first, at(20)), [
      'apply balancer.interrupted',
      'apply balancer.applied',
      'starting to in-sync',
    ]);
  });

  test('goes on where entries that were known have gone from a bounded history', () => {
    const before = report('in-sync', entry(1, 'applied'));
    const after = report('in-sync', entry(9, 'applied'), entry(8, 'applied'));
    assert.deepEqual(types(before, after), ['apply balancer.applied', 'apply balancer.applied']);
  });
});
