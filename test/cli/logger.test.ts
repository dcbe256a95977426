import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { promisify } from 'node:util';

const PROGRAM = `
const { createLogger } = await import('./src/cli/logger.ts');
const { StoreUnavailable } = await import('./src/store/store.ts');
const logger = createLogger('info');
logger.warn({ err: new StoreUnavailable('no answer', { cause: new Error('inner') }) }, 'away');
logger.warn({ err: new Error('a fault') }, 'fault');
`;

test('a store that is away is logged without a stack trace, a fault of the program with one', async () => {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const [away, fault] = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { err: { stack?: string } }).err);
  assert.deepEqual(away, { type: 'StoreUnavailable', message: 'no answer' });
  assert.match(fault?.stack ?? '', /^Error: a fault\n/);
});

const FULL = `
const { createLogger } = await import('./src/cli/logger.ts');
const logger = createLogger('info');
for (let i = 0; i < 3; i++) {
  logger.info('a line');
  await new Promise((resolve) => setTimeout(resolve, 20));
}
process.stderr.write('went on');
`;

test('a program whose log finds no space goes on, and ends', { skip: !existsSync('/dev/full') }, async () => {
  const full = openSync('/dev/full', 'w');
  const args = ['--import', 'tsx', '--input-type=module', '--eval', FULL];
  const child = spawn(process.execPath, args, { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  // It would wait for space for ever.
  const impatience = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const said = text(child.stderr!);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(impatience);
  assert.equal(await said, 'went on');
  assert.equal(code, 0);
});
