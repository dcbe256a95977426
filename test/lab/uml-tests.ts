/**
 * Test files that run whole inside a guest: named `*.guest.ts`, so that the runner does not take them for
 * tests of the host. Each of their tests becomes a test of the host.
 */
import path from 'node:path';
import { test } from 'node:test';
import { runInUml, umlSkipReason, type GuestRun } from './uml.ts';

export interface GuestTests extends Pick<GuestRun, 'modules' | 'memory' | 'timeout' | 'scripts'> {
  /** Of the boot, as a test; the file's tests are below it. */
  readonly name: string;
  /** Beside this file. */
  readonly file: string;
  /** What the tests need besides the guest. */
  readonly binaries: readonly string[];
}

interface Result {
  readonly name: string;
  readonly nesting: number;
  readonly skip?: string | boolean;
  /** The failure's stack. */
  readonly error?: string;
  readonly ms: number;
}

const RESULTS = 'results.jsonl';

export function testInUml({ name, file, binaries, scripts, ...run }: GuestTests): void {
  test(name, { skip: umlSkipReason(binaries) }, async (t) => {
    const here = import.meta.dirname;
    const { code, stdout, stderr, results, console } = await runInUml({
      ...run,
      scripts: { ...scripts, tests: path.join(here, file) },
      command: [
        process.execPath,
        ...['--test-reporter', path.join(here, 'uml-reporter.mjs'), '--test-reporter-destination', RESULTS],
        'tests.mjs',
      ],
      results: [RESULTS],
    });
    const lines = (results.get(RESULTS) ?? '').split('\n').filter(Boolean);
    const tests = lines.map((line) => JSON.parse(line) as Result).filter(({ nesting }) => nesting === 0);
    for (const { name, skip, error, ms } of tests) {
      await t.test(name, { skip: skip ?? false }, (inner) => {
        inner.diagnostic(`${(ms / 1000).toFixed(1)} s in the guest`);
        if (error !== undefined) throw new Error(`in the guest: ${error}`);
      });
    }
    // A file that ended early, failed outside of its tests, or has none, must not pass for a success.
    if (tests.length === 0 || (code !== 0 && tests.every(({ error }) => error === undefined))) {
      const end = code === null ? `did not end: ${console.slice(-2000)}` : `ended with ${code}`;
      throw new Error(`${file} ${end}\n${stderr}${stdout}`);
    }
  });
}
