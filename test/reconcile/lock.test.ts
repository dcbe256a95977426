import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { takeLock } from '../../src/reconcile/lock.ts';

let folder: string;
before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'roomlb-lock-'))));
after(() => rm(folder, { recursive: true }));

const module = path.resolve(import.meta.dirname, '../../src/reconcile/lock.ts');

test('a lock is one’s own until it is released, and the other is told who has it', async () => {
  const file = path.join(folder, 'sub/one');
  const lock = await takeLock(file, 0);
  await assert.rejects(takeLock(file, 0), {
    name: 'LockError',
    message: RegExp(`process ${process.pid}, since`),
  });
  await lock.release();
  await (await takeLock(file, 0)).release();
});

test('whoever waits gets it when it is released', async () => {
  const file = path.join(folder, 'two');
  const lock = await takeLock(file, 0);
  const waiting = takeLock(file, 60);
  await lock.release();
  await (await waiting).release();
});

test('kill -9 of whoever has it releases it', async () => {
  const file = path.join(folder, 'three');
  const code = `const { takeLock } = await import(${JSON.stringify(module)}); await takeLock(${JSON.stringify(file)}, 0); console.log('taken'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await assert.rejects(takeLock(file, 0), { name: 'LockError', message: RegExp(`process ${child.pid},`) });
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
  await (await takeLock(file, 60)).release();
});

test('a place that cannot be is said by name', async () => {
  await assert.rejects(takeLock('/dev/null/lock', 0), { message: /^cannot lock \/dev\/null\/lock: / });
});

test('where it cannot be noted who has it, nobody has it', async () => {
  // It can be opened and locked, and has no room for a word (full(4)).
  for (let i = 0; i < 2; i++) await assert.rejects(takeLock('/dev/full', 0), { message: /ENOSPC/ });
});
