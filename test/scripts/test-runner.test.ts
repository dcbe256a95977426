/** `npm test` itself: what it refuses, and what it says about tests that were skipped. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = (name: string) => fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));
/** Without what a test runner tells its children, or the ones started here would report to it. */
const env = { ...process.env, NODE_TEST_CONTEXT: undefined };

test('arguments that no test file matches are refused with 2, before anything is installed or run', () => {
  for (const args of [['no-such-test'], ['scripts/setup', 'no-such-test']]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script('test.mjs'), ...args], {
      env,
      encoding: 'utf8',
    });
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^roomlb: no test file has "no-such-test" in its path, such as test\/\S+\.test\.ts\n$/,
    );
  }
});

test('a mediasoup worker that cannot be had fails nothing: its tests are said to be skipped', () => {
  const code = `import { ensureWorker } from ${JSON.stringify(script('engines.mjs'))}; ensureWorker();`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...env, MEDIASOUP_WORKER_BIN: '/bin/false' },
    encoding: 'utf8',
  });
  assert.deepEqual([status, stdout], [0, '']);
  assert.match(stderr, /MEDIASOUP_WORKER_BIN=\/bin\/false: does not start/);
  assert.match(stderr, /\nroomlb: tests with real media workers will be skipped, by name\n$/);
});

describe('what was skipped is told at the end', () => {
  function reported(t: TestContext, tests: string): { stdout: string; status: number | null } {
    const folder = mkdtempSync(join(tmpdir(), 'roomlb-skipped-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'some.test.mjs');
    writeFileSync(file, `import { describe, test } from 'node:test';\n${tests}`);
    const args = ['--test', '--test-reporter', script('skipped-reporter.mjs'), file];
    return spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  }

  test('tests and whole suites, by reason and name', (t) => {
    const { stdout } = reported(
      t,
      `describe('engine', { skip: 'no engine' }, () => test('never counted', () => {}));
       test('of an engine', { skip: 'no engine' }, () => {});
       describe('runs', () => {
         test('fine', () => {});
         test('late', (t) => t.skip('no root'));
         test('mute', { skip: true }, () => {});
       });`,
    );
    assert.equal(
      stdout,
      [
        '3 tests and 1 whole suite were skipped:',
        '  engine; of an engine (no engine)',
        '  late (no root)',
        '  mute (no reason given)',
        '',
      ].join('\n'),
    );
  });

  test('one, or none', (t) => {
    const one = reported(t, `test('a', { skip: 'why' }, () => {}); test('b', () => {});`);
    assert.equal(one.stdout, '1 test was skipped:\n  a (why)\n');
    const none = reported(t, `test('a', () => {}); test('b', () => { throw new Error('no'); });`);
    assert.equal(none.stdout, 'no tests were skipped\n');
    assert.equal(none.status, 1);
  });
});
