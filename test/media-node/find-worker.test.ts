/** `npm run mediasoup:worker -- --print`: looks, and says what it found or what is missing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { packageCache, workerCache } from '../../scripts/mediasoup-worker/find.mjs';

const script = fileURLToPath(new URL('../../scripts/mediasoup-worker.mjs', import.meta.url));

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-find-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function print(env: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--print'], {
    env: { ...process.env, MEDIASOUP_WORKER_BIN: undefined, ...env },
    encoding: 'utf8',
  });
  return { status, stdout: stdout.trim(), stderr };
}

/** Something that ends with this code when it is started. */
function program(file: string, code: number): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\nexit ${code}\n`, { mode: 0o755 });
  return file;
}

/** Where the cache is for a given XDG_CACHE_HOME. */
function cached(home: string): string {
  return join(home, 'roomlb', ...workerCache().split('/').slice(-2));
}

describe('looking for a worker', () => {
  test('where there is none it says so, names the command, and creates nothing', (t) => {
    const home = scratch(t);
    const { status, stdout, stderr } = print({ XDG_CACHE_HOME: join(home, 'cache') });
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /npm run mediasoup:worker/);
    assert.throws(() => rmSync(join(home, 'cache')), /ENOENT/);
  });

  test('MEDIASOUP_WORKER_BIN comes first', (t) => {
    const home = scratch(t);
    program(cached(home), 41);
    const named = program(join(home, 'mine'), 41);
    assert.deepEqual(print({ XDG_CACHE_HOME: home, MEDIASOUP_WORKER_BIN: named }).stdout, named);
  });

  test('a named one that is no worker is an error, never passed over in silence', (t) => {
    const home = scratch(t);
    program(cached(home), 41);
    const named = program(join(home, 'mine'), 0);
    const { status, stderr } = print({ XDG_CACHE_HOME: home, MEDIASOUP_WORKER_BIN: named });
    assert.equal(status, 1);
    assert.match(stderr, /MEDIASOUP_WORKER_BIN=.*exit code 0/);
  });

  test('the compiled one is found under XDG_CACHE_HOME', (t) => {
    const home = scratch(t);
    const compiled = program(cached(home), 41);
    assert.equal(print({ XDG_CACHE_HOME: home }).stdout, compiled);
  });

  test('one that does not start is not taken for one that does', (t) => {
    const home = scratch(t);
    program(cached(home), 127);
    const { status, stderr } = print({ XDG_CACHE_HOME: home });
    assert.equal(status, 1);
    assert.match(stderr, /does not start/);
  });

  test('the cache lies outside the project', () => {
    const project = fileURLToPath(new URL('../..', import.meta.url));
    for (const path of [packageCache(), workerCache()]) assert.ok(!path.startsWith(project), path);
  });
});
