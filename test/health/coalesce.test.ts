import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Coalesced } from '../../src/health/coalesce.ts';
import { FakeClock } from './fake-clock.ts';

function scene(pause = 100) {
  const clock = new FakeClock();
  const times: number[] = [];
  const start = clock.now();
  const work = new Coalesced(
    clock,
    () => void times.push(clock.now() - start),
    () => pause,
  );
  return { clock, times, work };
}

describe('work that is asked for often', () => {
  test('is done once for a burst, at once, and again after a pause', async () => {
    const { clock, times, work } = scene();
    for (let i = 0; i < 5; i++) work.request();
    await clock.go(10);
    for (let i = 0; i < 5; i++) work.request();
    await clock.go(1000);
    work.request();
    await clock.go(1);
    assert.deepEqual(times, [0, 100, 1010]);
  });

  test('is not begun anew while it runs, and what was asked for then is done after it', async () => {
    const clock = new FakeClock();
    let running = 0;
    let most = 0;
    let done = 0;
    const finish: (() => void)[] = [];
    const work = new Coalesced(
      clock,
      async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => finish.push(resolve));
        running--;
        done++;
      },
      () => 0,
    );
    work.request();
    await clock.go(1);
    work.request();
    work.request();
    await clock.go(1000);
    assert.equal(done, 0);
    for (let i = 0; i < 2; i++) {
      finish.shift()!();
      await new Promise(setImmediate);
      await clock.go(1);
    }
    assert.deepEqual([most, done], [1, 2]);
  });

  test('is still done at the end if it was asked for, and never after', async () => {
    const { clock, times, work } = scene();
    work.request();
    await work.end();
    assert.deepEqual(times, [0]);
    work.request();
    await clock.go(1000);
    assert.deepEqual(times, [0]);
    await work.end();
    assert.deepEqual(times, [0]);
    assert.equal(clock.pending, 0);
  });
});
