import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { AFTER_ROLLBACK, Loop, PACE, type LoopOptions } from '../../src/reconcile/loop.ts';
import { LeaseError } from '../../src/reconcile/fence.ts';
import { Memory } from '../../src/reconcile/memory.ts';
import { Reconciler } from '../../src/reconcile/reconciler.ts';
import type { BalancerReport } from '../../src/reconcile/report.ts';
import type { Driver } from '../../src/targets/driver.ts';
import { FakeClock } from '../health/fake-clock.ts';
import { cluster, intentOf } from '../targets/documents.ts';
import { failure, toyDriver, ToyEngine } from './toy-engine.ts';

let folder: string;
let engine: ToyEngine;
let clock: FakeClock;
let reconciler: Reconciler;
let loop: Loop;
let reports: BalancerReport[];
let reported: () => void;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'roomlb-loop-'));
  engine = new ToyEngine();
  clock = new FakeClock();
  reconciler = reconcilerOf(toyDriver(engine));
  loop = loopWith();
});
afterEach(async () => {
  await loop.stop();
  await rm(folder, { recursive: true });
});

function reconcilerOf(driver: Driver): Reconciler {
  return new Reconciler({
    balancer: { id: 'lb', vips: null, services: 'all', maxRemoved: 1, drainLimit: null },
    driver,
    memory: new Memory(path.join(folder, 'lb'), 'toy', 1),
    lockFile: path.join(folder, 'lock'),
  });
}

function loopWith(options: Partial<LoopOptions> = {}): Loop {
  reports = [];
  return new Loop({
    reconciler,
    about: { balancer: 'lb', target: 'toy', where: 'here' },
    pace: { ...PACE, interval: 30_000 },
    drift: 'repair',
    clock,
    random: () => 0,
    onReport: (report) => {
      reports.push(report);
      reported();
    },
    ...options,
  });
}

/** Lets time pass, and waits until a run that becomes due by it has told its result. */
async function after(milliseconds: number): Promise<BalancerReport> {
  const report = new Promise<void>((resolve) => (reported = resolve));
  await clock.go(milliseconds);
  await report;
  return reports.at(-1)!;
}

const intentWith = (weight: number) => intentOf(cluster({ signalling: { port: 80 } }, [{ weight }]));

test('brings the engine to what is wanted, and to what is wanted next', async () => {
  assert.equal(loop.report.standing, 'starting');
  loop.start();
  loop.want(intentWith(1));
  const first = await after(PACE.debounce);
  assert.deepEqual(
    [first.standing, first.wanted, first.applied],
    ['in-sync', intentWith(1).revision, intentWith(1).revision],
  );
  assert.deepEqual(first.plan?.steps, ['set sfu-1 1']);
  loop.want(intentWith(2));
  await after(PACE.debounce);
  assert.deepEqual(engine.members, { 'sfu-1': 2 });
});

test('makes one run of a burst, for the last of it', async () => {
  loop.start();
  for (let weight = 1; weight <= 9; weight++) {
    loop.want(intentWith(weight));
    await clock.go(PACE.debounce - 1);
  }
  await after(PACE.debounce);
  assert.deepEqual([reports.length, engine.steps, engine.members], [1, 1, { 'sfu-1': 9 }]);
});

test('does not wait for quiet once a node has died', async () => {
  loop.start();
  const { services, ...rest } = intentOf(cluster({ signalling: { port: 80 } }, [{}, {}]));
  loop.want({ ...rest, services });
  await after(PACE.debounce);
  const without = services.map((service) => ({
    ...service,
    members: service.members.map((member) => (member.node === 'sfu-1' ? { ...member, weight: 0 } : member)),
  }));
  loop.want({ ...rest, services: without, revision: 'sfu-1 is down' });
  await after(0);
  assert.equal(engine.members['sfu-1'], 0);
});

test('repairs what somebody else changed, at the next look', async () => {
  loop.start();
  loop.want(intentWith(1));
  await after(PACE.debounce);
  engine.members['sfu-1'] = 7;
  const report = await after(30_000);
  assert.deepEqual([report.standing, report.plan?.drift], ['in-sync', true]);
  assert.deepEqual(engine.members, { 'sfu-1': 1 });
});

test('only tells of it where the policy says so, but brings what is newly wanted', async () => {
  loop = loopWith({ drift: 'report' });
  loop.start();
  loop.want(intentWith(1));
  await after(PACE.debounce);
  engine.members['sfu-1'] = 7;
  const report = await after(30_000);
  assert.deepEqual(
    [report.standing, report.why, report.plan?.steps],
    ['drift', 'somebody else changed it', ['set sfu-1 1']],
  );
  assert.deepEqual(engine.members, { 'sfu-1': 7 });
  loop.want(intentWith(2));
  assert.equal((await after(PACE.debounce)).standing, 'in-sync');
  assert.deepEqual(engine.members, { 'sfu-1': 2 });
});

test('a person’s word has drift repaired that is otherwise only told of', async () => {
  loop = loopWith({ drift: 'report' });
  loop.start();
  loop.want(intentWith(1));
  await after(PACE.debounce);
  engine.members['sfu-1'] = 7;
  await after(30_000);
  loop.runNow();
  assert.equal((await after(PACE.debounce)).standing, 'in-sync');
  assert.deepEqual(engine.members, { 'sfu-1': 1 });
});

test('tries again what failed, with pauses that double, and tells why', async () => {
  engine.failAt = () => failure('no');
  loop.start();
  loop.want(intentWith(1));
  const report = await after(PACE.debounce);
  assert.deepEqual([report.standing, report.why, report.applied], ['rolled-back', 'no', null]);
  const { retryFirst } = AFTER_ROLLBACK;
  await clock.go(retryFirst - 1);
  assert.equal(reports.length, 1);
  await after(1);
  await clock.go(2 * retryFirst - 1);
  assert.equal(reports.length, 2);
  engine.failAt = () => undefined;
  assert.equal((await after(1)).standing, 'in-sync');
});

test('what was rolled back costs clients each time: it is tried ever more seldom, but something else soon', async () => {
  engine.failAt = () => failure('no');
  loop.start();
  loop.want(intentWith(1));
  await after(PACE.debounce);
  for (let pause = AFTER_ROLLBACK.retryFirst; pause < AFTER_ROLLBACK.retryMost; pause *= 2)
    await after(pause);
  await clock.go(AFTER_ROLLBACK.retryMost - 1);
  const { length } = reports;
  assert.ok(length < 12, `${length} times in two hours`);
  engine.failAt = () => undefined;
  loop.want(intentWith(2));
  assert.equal((await after(PACE.debounce)).standing, 'in-sync');
});

test('tries again what cannot be asked, with pauses that double', async () => {
  let asked = 0;
  const read = () => Promise.reject(failure(`not ${++asked}`, 'unreachable'));
  loop = loopWith({ reconciler: reconcilerOf({ ...toyDriver(engine), read }) });
  loop.start();
  loop.want(intentWith(1));
  await after(PACE.debounce);
  for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
    await clock.go(1000 * pause - 1);
    const { length } = reports;
    assert.equal((await after(1)).standing, 'error');
    assert.equal(reports.length, length + 1);
  }
  assert.equal(asked, 9);
});

test('tells of an engine that cannot be asked', async () => {
  const driver = { ...toyDriver(engine), read: () => Promise.reject(failure('nobody there', 'unreachable')) };
  loop = loopWith({ reconciler: reconcilerOf(driver) });
  loop.start();
  loop.want(intentWith(1));
  const report = await after(PACE.debounce);
  assert.deepEqual([report.standing, report.why], ['error', 'nobody there']);
});

test('stopped in the middle of a run, it ends between two steps and begins no other', async () => {
  let open: () => void = () => undefined;
  engine.gate = new Promise((resolve) => (open = resolve));
  loop.start();
  loop.want(intentOf(cluster({ signalling: { port: 80 } }, [{ weight: 1 }, { weight: 2 }])));
  await clock.go(PACE.debounce);
  while (engine.reads === 0) await new Promise((resolve) => setImmediate(resolve));
  const stopped = loop.stop();
  open();
  await stopped;
  assert.ok(Object.keys(engine.members).length < 2);
  await clock.go(1_000_000);
  assert.deepEqual([reports, clock.pending], [[], 0]);
});

test('an engine that does not run is looked at again soon, since it may be starting', async () => {
  engine.stopped = true;
  loop.start();
  loop.want(intentWith(1));
  assert.equal((await after(PACE.debounce)).standing, 'stopped');
  engine.stopped = false;
  assert.equal((await after(PACE.retryFirst)).standing, 'in-sync');
});

test('one that stays down is looked at no less often than one that runs', async () => {
  engine.stopped = true;
  loop = loopWith({ pace: { ...PACE, interval: 3000 } });
  loop.start();
  loop.want(intentWith(1));
  await after(PACE.debounce);
  for (const pause of [PACE.retryFirst, 2 * PACE.retryFirst, 3000, 3000]) await after(pause);
  assert.equal(reports.length, 5);
});

test('stands by while another replica changes the engine, and takes over soon after it does not', async () => {
  let free = false;
  const balancer = { id: 'lb', vips: null, services: 'all', maxRemoved: 1, drainLimit: null } as const;
  const memory = new Memory(path.join(folder, 'shared'), 'toy', 1);
  const fence = () =>
    free
      ? Promise.resolve({ token: 2, signal: new AbortController().signal })
      : Promise.reject(new LeaseError('replica b changes it'));
  const driver = toyDriver(engine);
  loop = loopWith({
    reconciler: new Reconciler({ balancer, driver, memory, lockFile: path.join(folder, 'lock'), fence }),
  });
  loop.start();
  loop.want(intentWith(1));
  const report = await after(PACE.debounce);
  assert.deepEqual([report.standing, report.why], ['standby', 'replica b changes it']);
  free = true;
  assert.equal((await after(2000)).standing, 'in-sync');
});
