/** Servers under load, each a process of its own, and what processor time they have used. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Clock ticks a second in /proc, the same on every Linux that Node runs on (USER_HZ). */
const TICKS = 100;
const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface ServerProcess {
  readonly url: string;
  /** User and system time so far, µs. */
  cpu(): number;
  stop(): Promise<void>;
}

/** Starts a Node program that logs the URL it listens on, as JSON with a `msg`. */
export async function startServer(args: readonly string[], input = ''): Promise<ServerProcess> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  const url = await firstUrl(child);
  return {
    url,
    cpu: () => cpuOf(child),
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** `roomlb serve`, as it is shipped, which probes nobody: the nodes of a bench are made up. */
export function startDispatcher(options: readonly string[]): Promise<ServerProcess> {
  return startServer([CLI, 'serve', '--no-probes', '--listen', '127.0.0.1:0', ...options]);
}

async function firstUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no standard output');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/[\d.]+:\d+/.exec(line)?.[0];
    if (url !== undefined) {
      child.stdout.resume();
      return url;
    }
  }
  throw new Error('the server ended before it listened');
}

/** User and system time so far, µs: fields 14 and 15 of proc_pid_stat(5), counted behind the name in parentheses. */
export function cpuOf({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS;
}
