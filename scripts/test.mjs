// `npm test`: installs what is missing, builds, and runs every test/**/*.test.ts (or those whose path
// contains one of the arguments) with Node's own runner. At the end it names what was skipped.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureEngines, ensureWorker } from './engines.mjs';
import { ensureBuilt, ensureModules, root, step } from './setup.mjs';

/** A file that takes longer hangs: it is ended, and named as failed. The longest takes some 3 minutes. */
const FILE_LIMIT_MS = 15 * 60_000;
/** For the case that a file does not even end when it is told to. */
const ALL_LIMIT_MS = 70 * 60_000;

const all = readdirSync(join(root, 'test'), { recursive: true })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('test', file))
  .sort();
const parts = process.argv.slice(2);
for (const part of parts.filter((one) => !all.some((file) => file.includes(one)))) {
  // Without files Node would look for tests by itself, and run every script as one.
  step(`no test file has ${JSON.stringify(part)} in its path, such as ${all[0]}`);
  process.exitCode = 2;
}
if (process.exitCode === undefined) {
  ensureModules();
  ensureEngines();
  const files = parts.length === 0 ? all : all.filter((file) => parts.some((part) => file.includes(part)));
  if (files.some(needsWorker)) ensureWorker();
  ensureBuilt();
  process.exitCode = runTests(files);
}

/** Tests that drive a real mediasoup worker skip themselves by this name where there is none. */
function needsWorker(file) {
  return readFileSync(join(root, file), 'utf8').includes('NO_WORKER');
}

function runTests(files) {
  const scratch = mkdtempSync(join(tmpdir(), 'roomlb-test-'));
  const skipped = join(scratch, 'skipped');
  try {
    const { status, error } = spawnSync(
      process.execPath,
      [
        ...['--import', 'tsx', '--test'],
        // Lab tests start engines and virtual machines: two files at a time is what a small machine carries.
        '--test-concurrency=2',
        `--test-timeout=${FILE_LIMIT_MS}`,
        ...[
          '--test-reporter',
          process.stdout.isTTY ? 'spec' : 'tap',
          '--test-reporter-destination',
          'stdout',
        ],
        ...['--test-reporter', './scripts/skipped-reporter.mjs', '--test-reporter-destination', skipped],
        ...files,
      ],
      { cwd: root, stdio: 'inherit', timeout: ALL_LIMIT_MS, killSignal: 'SIGKILL' },
    );
    if (error?.code === 'ETIMEDOUT') step(`the tests did not end within ${ALL_LIMIT_MS / 60_000} minutes`);
    process.stdout.write(readFileSync(skipped, 'utf8'));
    return status ?? 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
