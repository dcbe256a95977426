import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InOrder } from '../../src/timing/in-order.ts';
import { within } from '../../src/timing/within.ts';

test('work begins in order, never more at once than may be, and goes on after failures', async () => {
  const queue = new InOrder(2);
  const began: number[] = [];
  let underWay = 0;
  const work = (i: number) =>
    queue.run(async () => {
      began.push(i);
      assert.ok(++underWay <= 2);
      await new Promise(setImmediate);
      underWay--;
      if (i % 3 === 0) throw new Error(`no ${i}`);
      return i;
    });
  const all = await Promise.allSettled([0, 1, 2, 3, 4, 5, 6].map(work));
  assert.deepEqual(began, [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(
    all.map(({ status }) => status === 'fulfilled'),
    [false, true, true, false, true, true, false],
  );
});

test('what has not begun can be refused; what has goes on, and so does what comes later', async () => {
  const queue = new InOrder(1);
  let finish: (value: string) => void = () => undefined;
  const first = queue.run(() => new Promise<string>((resolve) => (finish = resolve)));
  const [second, third] = [queue.run(() => Promise.resolve('2')), queue.run(() => Promise.resolve('3'))];
  queue.refuse(new Error('lost'));
  await assert.rejects(second, /lost/);
  await assert.rejects(third, /lost/);
  const fourth = queue.run(() => Promise.resolve('4'));
  finish('1');
  assert.deepEqual(await Promise.all([first, fourth]), ['1', '4']);
});

test('what takes too long is rejected by name, what answers or fails in time is passed on', async () => {
  await assert.rejects(within(5, 'PING', new Promise(() => undefined)), /PING took longer than 5 ms/);
  assert.equal(await within(60_000, 'PING', Promise.resolve('PONG')), 'PONG');
  await assert.rejects(within(60_000, 'PING', Promise.reject(new Error('closed'))), /closed/);
});

test('a process that was busy itself does not blame the other side for what has come in meanwhile', async () => {
  const answer = new Promise<string>((resolve) => setImmediate(() => resolve('PONG')));
  const waiting = within(5, 'PING', answer);
  const end = performance.now() + 30;
  while (performance.now() < end);
  assert.equal(await waiting, 'PONG');
});
