import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { Maintenance } from '../../src/schedule/maintenance.ts';
import { everyMinute, periodically } from '../../src/schedule/trigger.ts';
import type { MaintenanceWindow } from '../../src/topology/maintenance/window.ts';

const MINUTE = 60_000;

const window = (id: string, cron: string, minutes: number): MaintenanceWindow => ({
  id,
  cron,
  duration: minutes * MINUTE,
  timeZone: 'UTC',
  scope: { nodes: ['sfu-1'] },
});

/** A clock and a trigger that go when told, and what was told. */
function scene(start: string, windows: readonly MaintenanceWindow[]) {
  let now = Date.parse(`${start}Z`);
  let callback: (() => void) | undefined;
  const told: string[] = [];
  const maintenance = new Maintenance({
    windows,
    now: () => now,
    onChange: (open, events) => {
      told.push(...events.map(({ type, window: id }) => `${type.slice(12)} ${id}`), `open: ${open.length}`);
    },
    trigger: (each) => {
      callback = each;
      return () => (callback = undefined);
    },
  });
  const go = (minutes: number) => {
    for (let i = 0; i < minutes; i++) {
      now += MINUTE;
      callback?.();
    }
  };
  return { maintenance, told, go, sleep: (minutes: number) => (now += minutes * MINUTE) };
}

describe('maintenance', () => {
  test('tells once when a window opens and once when it closes', () => {
    const { maintenance, told, go } = scene('2024-06-08T02:50', [window('w', '0 3 * * *', 30)]);
    maintenance.start();
    assert.deepEqual(told, []);
    go(60);
    assert.deepEqual(told, ['opened w', 'open: 1', 'closed w', 'open: 0']);
    maintenance.stop();
  });

  test('started in the middle of a window it tells so at once, and when it ends', () => {
    const { maintenance, told, go } = scene('2024-06-08T03:10', [window('w', '0 3 * * *', 30)]);
    maintenance.start();
    assert.deepEqual(told, ['opened w', 'open: 1']);
    go(30);
    assert.deepEqual(told.slice(2), ['closed w', 'open: 0']);
  });

  test('windows that overlap open and close each for itself', () => {
    const { maintenance, told, go } = scene('2024-06-08T02:50', [
      window('a', '0 3 * * *', 30),
      window('b', '15 3 * * *', 30),
    ]);
    maintenance.start();
    go(120);
    assert.deepEqual(told, [
      ...['opened a', 'open: 1', 'opened b', 'open: 2'],
      ...['closed a', 'open: 1', 'closed b', 'open: 0'],
    ]);
  });

  test('a process that slept over a whole window tells nothing of it', () => {
    const { maintenance, told, go, sleep } = scene('2024-06-08T02:50', [window('w', '0 3 * * *', 30)]);
    maintenance.start();
    sleep(120);
    go(1);
    assert.deepEqual(told, []);
  });

  test('an update closes windows that are gone and tells of those that changed', () => {
    const { maintenance, told } = scene('2024-06-08T03:10', [window('a', '0 3 * * *', 30)]);
    maintenance.start();
    maintenance.update([{ ...window('a', '0 3 * * *', 30), scope: { zone: 'b' } }]);
    assert.deepEqual(told.splice(0), ['opened a', 'open: 1', 'open: 1']);
    maintenance.update([]);
    assert.deepEqual(told, ['closed a', 'open: 0']);
    assert.deepEqual(maintenance.open, []);
  });

  test('stopped it looks no more, and both may be done twice', () => {
    const { maintenance, told, go } = scene('2024-06-08T02:50', [window('w', '0 3 * * *', 30)]);
    maintenance.start();
    maintenance.start();
    maintenance.stop();
    maintenance.stop();
    go(60);
    assert.deepEqual(told, []);
  });
});

/** In steps of a second: node-cron takes a timer that is later than that for a missed one. */
const advance = async (context: TestContext, seconds: number) => {
  for (let i = 0; i < seconds; i++) {
    context.mock.timers.tick(1000);
    await settle();
  }
};

/** node-cron calls back some turns after its timer. */
const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe('node-cron as the trigger', () => {
  test('minutes come from it, and ending it lets the process end', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2024-06-08T02:59:30Z') });
    let calls = 0;
    const end = everyMinute(() => calls++);
    for (const expected of [1, 2, 3]) {
      await advance(context, 60);
      assert.equal(calls, expected);
    }
    end();
    await advance(context, 200);
    assert.equal(calls, 3);
  });

  test('periodic work is never done twice at once, goes on after an error, and is waited for at the end', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2024-06-08T02:59:30Z') });
    const open: ((error?: Error) => void)[] = [];
    const errors: unknown[] = [];
    const end = periodically({
      cron: '* * * * *',
      timeZone: 'UTC',
      work: () => new Promise((resolve, reject) => open.push((error) => (error ? reject(error) : resolve()))),
      onError: (error) => errors.push(error),
    });
    await advance(context, 120);
    assert.equal(open.length, 1);
    open[0]!(new Error('store is away'));
    await settle();
    assert.equal(errors.length, 1);
    await advance(context, 60);
    assert.equal(open.length, 2);
    let ended = false;
    const ending = end().then(() => (ended = true));
    await settle();
    assert.equal(ended, false);
    open[1]!();
    await ending;
  });
});
