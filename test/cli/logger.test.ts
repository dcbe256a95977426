import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
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
