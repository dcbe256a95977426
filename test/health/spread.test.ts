import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DueQueue } from '../../src/health/due-queue.ts';
import { hash32, nextDue } from '../../src/health/spread.ts';

const INTERVAL = 2000;
const rounds = (hash: number, count: number): number[] => {
  const dues = [nextDue(hash, INTERVAL, 0)];
  while (dues.length < count) dues.push(nextDue(hash, INTERVAL, dues.at(-1)!));
  return dues;
};

describe('when probes are due', () => {
  test('between two rounds lie 0.8 to 1.2 intervals, not always the same, and none is left out', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (hash) => {
        const dues = rounds(hash, 50);
        const gaps = dues.slice(1).map((due, i) => due - dues[i]!);
        assert.ok(gaps.every((gap) => gap >= 0.8 * INTERVAL && gap <= 1.2 * INTERVAL));
        assert.ok(new Set(gaps.map(Math.round)).size > 10);
        assert.ok(Math.abs(dues.at(-1)! / 50 - INTERVAL) < 0.05 * INTERVAL);
      }),
      { numRuns: 50 },
    );
  });

  test('the same on every run', () => {
    assert.equal(hash32('sfu-1/stun/udp/10.0.1.11/40000'), 2_839_115_080);
    assert.equal(Math.round(nextDue(12_345, INTERVAL, 1_700_000_000_000)), 1_700_000_000_159);
  });

  test('thousands of ids that differ in a digit fill every hundredth of the interval about evenly', () => {
    const slots = new Array<number>(100).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const due = nextDue(hash32(`sfu-${i}/stun/udp/10.0.1.11/40000`), INTERVAL, 1_000_000);
      const slot = Math.floor(((due - 1_000_000) / (1.2 * INTERVAL)) * 100);
      slots[slot]!++;
    }
    // Due times of one round run over 1.2 intervals, thinly at both ends because of the jitter.
    const middle = slots.slice(15, 80);
    assert.ok(Math.min(...middle) > 70 && Math.max(...middle) < 180, JSON.stringify(slots));
  });
});

test('the queue gives the earliest first, whatever the order of pushes and pops', () => {
  const operations = fc.array(fc.option(fc.nat(1000), { nil: 'pop' as const }));
  fc.assert(
    fc.property(operations, (list) => {
      const queue = new DueQueue<number>();
      const model: number[] = [];
      for (const each of list) {
        if (each === 'pop') {
          model.sort((a, b) => a - b);
          assert.equal(queue.next, model[0] ?? Infinity);
          assert.equal(queue.pop(), model.shift());
        } else {
          queue.push(each, each);
          model.push(each);
        }
        assert.equal(queue.size, model.length);
      }
    }),
    { numRuns: 200 },
  );
});
