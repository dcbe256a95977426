/** `roomlb` as a process, for commands that run until they are told to stop, or that are to be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { PROGRAM } from './program.ts';

/** Milliseconds; a machine that is busy with other tests is slow. */
const LIMIT = 60_000;

export interface RoomlbProcess {
  readonly child: ChildProcess;
  /** Lines of its standard output so far. */
  readonly out: readonly string[];
  /** What it said on standard error so far. */
  err(): string;
  /**
   * The first line of its standard output that matches; rejects with what it said where none comes.
   *
   * @param after so many lines; of all where left out
   */
  line(pattern: RegExp, after?: number): Promise<RegExpExecArray>;
  /** Resolves with its exit code, null where a signal ended it. */
  readonly ended: Promise<number | null>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Killed at the end of the test, if it still runs then. */
export function startRoomlb(t: TestContext, ...args: string[]): RoomlbProcess {
  const child = spawn(process.execPath, [...PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const out: string[] = [];
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += String(chunk)));
  const lines = createInterface({ input: child.stdout }).on('line', (line) => out.push(line));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    out,
    err: () => err,
    line: (pattern, after = 0) =>
      new Promise((resolve, reject) => {
        const look = (line: string) => {
          const found = pattern.exec(line);
          if (found) resolve(found);
          return found;
        };
        if (out.slice(after).some(look)) return;
        lines.on('line', look);
        const fail = (why: string) => reject(new Error(`${why} ${pattern}:\n${out.join('\n')}\n${err}`));
        void ended.then(() => fail('ended before'));
        setTimeout(() => fail(`said nothing for ${LIMIT} ms of`), LIMIT).unref();
      }),
    ended,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** `roomlb serve` on a port that the system chose; resolves once it listens. */
export async function startServe(
  t: TestContext,
  topology: string,
  ...args: string[]
): Promise<RoomlbProcess & { readonly url: string }> {
  // Nodes of tests may have addresses that are not of this machine: nothing may be sent to them.
  const serve = startRoomlb(t, 'serve', '-t', topology, '--no-probes', '--listen', '127.0.0.1:0', ...args);
  const [, url = ''] = await serve.line(/API (http:\/\/[\d.]+:\d+)/);
  return { ...serve, url };
}
