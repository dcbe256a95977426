/** Files that hold a secret: what is none must not hold the process up. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'roomlb-secret-'));
after(() => rmSync(folder, { recursive: true }));

const MODULE = fileURLToPath(new URL('../../src/health/secret-file.ts', import.meta.url));
/** Far more than it takes: in here it is about an end at all. */
const PATIENCE = 60_000;

/** In a process of its own, which can be ended where it hangs. */
function read(file: string): string | undefined {
  const script = `import { secretFrom } from ${JSON.stringify(MODULE)};
    process.stdout.write(JSON.stringify(secretFrom(${JSON.stringify(file)})) ?? '');`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const text = execFileSync(process.execPath, args, { timeout: PATIENCE, encoding: 'utf8' });
  return text === '' ? undefined : (JSON.parse(text) as string);
}

function written(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

test('a secret is read without its newline; what is empty, too large or not there is none', () => {
  assert.equal(read(written('one', 'hush\r\n')), 'hush');
  assert.equal(read(written('full', 'x'.repeat(4096))), 'x'.repeat(4096));
  assert.equal(read(written('large', 'x'.repeat(4097))), undefined);
  assert.equal(read(written('empty', '\n')), undefined);
  assert.equal(read(join(folder, 'nothing')), undefined);
  assert.equal(read(folder), undefined);
});

test('a pipe that nobody writes into, and a device without an end, are none either', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  assert.equal(read(pipe), undefined);
  assert.equal(read('/dev/zero'), undefined);
});
