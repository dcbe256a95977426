/** A process that has no file descriptors left can start no program, and goes on all the same. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'roomlb-descriptors-'));
after(() => rmSync(folder, { recursive: true }));

const PROGRAM = `
import { openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { MediaWorker } from './src/media-node/media-worker.ts';
import { takeLock } from './src/reconcile/lock.ts';
import { runCommand } from './src/targets/driving/command.ts';

const mediasoup = { createWorker: () => Promise.reject(new Error('it was asked')) };
const restart = { first: 1, most: 1 };
const worker = new MediaWorker({ mediasoup, port: 40000, restart });
const attempts = {
  lock: () => takeLock(${JSON.stringify(join(folder, 'lock'))}, 1),
  command: () => runCommand('true', [], { namespace: null }),
  worker: () => worker.start(),
};
// What is loaded when it is first needed is loaded now.
for (const attempt of Object.values(attempts)) await attempt().then((lock) => lock?.release?.(), () => undefined);
try {
  for (;;) openSync('/dev/null', 'r');
} catch {}
for (const [name, attempt] of Object.entries(attempts))
  console.log(name + ': ' + (await attempt().then(() => 'done', (error) => error.name + ': ' + error.message)));
await sleep(50);
`;

const said = new Map<string, string>();
before(async () => {
  const args = ['-c', 'ulimit -n 256; exec "$0" --import tsx --input-type=module --eval "$1"'];
  const { stdout } = await promisify(execFile)('sh', [...args, process.execPath, PROGRAM], { cwd: ROOT });
  for (const line of stdout.trim().split('\n')) {
    const [name = '', ...rest] = line.split(': ');
    said.set(name, rest.join(': '));
  }
});

test('the lock of an engine cannot be taken', () => {
  assert.match(said.get('lock') ?? '', /^LockError: cannot lock .*: flock cannot be started: no file descr/);
});

test('an engine cannot be reached', () => {
  assert.match(said.get('command') ?? '', /^DriverError: true cannot be started: no file descriptors/);
});

test('a media worker is not started', () => {
  assert.match(said.get('worker') ?? '', /^Error: EMFILE/);
});
