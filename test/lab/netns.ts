/**
 * A lab of network namespaces for one topology, on one switch:
 *
 *     client ──┐             ┌── node (one namespace each)
 *              ├── switch ───┤
 *     lb ──────┘             └── node …
 *
 * Everybody has one interface, `eth0`. The client reaches each VIP through the balancer, and nodes answer
 * through the balancer too (so NAT works), unless the topology's VIP forwards by dsr or tunnel: then
 * nodes answer the client directly, as they do in such networks. All links live inside namespaces (the
 * switch has its own), so nothing of it is ever visible on the host, and addresses such as 203.0.113.10
 * exist only in there.
 */
import { execFileSync, spawn as spawnChild } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after } from 'node:test';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Topology } from '../../src/topology/model.ts';
import { setupCommands } from './netns-setup.ts';

export type LabProcess = ChildProcessByStdio<Writable, Readable, Readable>;

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code; 128 where a signal ended it. */
  readonly code: number;
}

export interface LabOptions {
  /** Put the VIPs' addresses on the balancer's eth0. False for engines that do it themselves (VRRP). Default true. */
  readonly vipsOnBalancer?: boolean;
}

export interface Lab {
  /** Namespace of the balancer. */
  readonly lb: string;
  /** Namespace of the client. */
  readonly client: string;
  /** Namespace of a node; throws for an unknown id. */
  nsOfNode(id: string): string;
  /** Runs a command to its end; a failing one is a result, not an error. */
  run(ns: string, cmd: string, args: readonly string[], options?: { input?: string }): Promise<RunResult>;
  /** As `run`, but anything but exit code 0 throws with what the command said. */
  check(ns: string, cmd: string, args: readonly string[], options?: { input?: string }): Promise<string>;
  /** Starts a process that `close` ends. */
  spawn(ns: string, cmd: string, args: readonly string[]): LabProcess;
  /** Ends every process in the namespaces (daemons too) and removes them. */
  close(): Promise<void>;
}

const SBIN = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Absolute path of a binary, on PATH or in the system's sbin folders, or undefined. */
export function findBinary(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...SBIN];
  return folders
    .filter(Boolean)
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

/** Why a lab test cannot run here, or false: the value of node:test's `skip`. */
export function labSkipReason(binaries: readonly string[] = []): string | false {
  if (process.platform !== 'linux') return 'needs Linux network namespaces';
  if (process.getuid?.() !== 0) return 'needs root for network namespaces';
  const missing = ['ip', ...binaries].find((name) => !findBinary(name));
  if (missing !== undefined) return `needs ${missing}, which is not installed`;
  return namespacesWork() ? false : 'needs network namespaces, which this kernel or container refuses';
}

let labs = 0;

/** Builds the lab. On failure everything that was made is removed before the error is thrown. */
export async function createLab(topology: Topology, options: LabOptions = {}): Promise<Lab> {
  const prefix = `rlb${process.pid}-${labs++}`;
  const names = {
    sw: `${prefix}-sw`,
    lb: `${prefix}-lb`,
    client: `${prefix}-client`,
    nodes: new Map(topology.nodes.map((node, i) => [node.id, `${prefix}-n${i}`])),
  };
  const namespaces = [names.lb, names.client, ...names.nodes.values(), names.sw];
  const children = new Set<LabProcess>();
  const cleanup = () => {
    live.delete(cleanup);
    for (const child of children) child.kill('SIGKILL');
    removeNamespaces(namespaces);
  };
  live.add(cleanup);
  hookExit();
  try {
    for (const step of setupCommands(topology, names, options.vipsOnBalancer ?? true)) {
      await must(step.cmd, step.args, step.input);
    }
  } catch (error) {
    cleanup();
    throw error;
  }

  const inside = (ns: string, cmd: string, args: readonly string[]) => {
    if (!namespaces.includes(ns)) throw new Error(`${ns} is no namespace of this lab`);
    return ['netns', 'exec', ns, findBinary(cmd) ?? cmd, ...args];
  };
  return {
    lb: names.lb,
    client: names.client,
    nsOfNode(id) {
      const ns = names.nodes.get(id);
      if (ns === undefined) throw new Error(`the lab has no node ${id}`);
      return ns;
    },
    run: (ns, cmd, args, { input } = {}) => execute('ip', inside(ns, cmd, args), input, children),
    check: (ns, cmd, args, { input } = {}) => must('ip', inside(ns, cmd, args), input, children),
    spawn: (ns, cmd, args) => start('ip', inside(ns, cmd, args), children),
    async close() {
      const ended = [...children].map((child) => once(child, 'close'));
      cleanup();
      await Promise.all(ended);
    },
  };
}

/**
 * Resolves with the first line of the child's standard output (or error output) that matches; fails with
 * all that it said when it ends before. Leaves both streams flowing.
 */
export function untilLine(child: LabProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const said = { stdout: '', stderr: '' };
    const stop = (['stdout', 'stderr'] as const).map((name) => {
      const stream = child[name].setEncoding('utf8');
      const listen = (chunk: string) => {
        said[name] += chunk;
        const line = said[name]
          .split('\n')
          .slice(0, -1)
          .find((candidate) => pattern.test(candidate));
        if (line === undefined) return;
        for (const end of stop) end();
        resolve(line);
      };
      stream.on('data', listen);
      return () => stream.off('data', listen).resume();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      reject(new Error(`ended with ${code ?? 'a signal'} before ${pattern}: ${said.stdout}${said.stderr}`));
    });
  });
}

function start(cmd: string, args: readonly string[], children: Set<LabProcess>): LabProcess {
  const child = spawnChild(findBinary(cmd) ?? cmd, args, { stdio: 'pipe' });
  children.add(child);
  child.once('close', () => children.delete(child));
  return child;
}

async function execute(
  cmd: string,
  args: readonly string[],
  input = '',
  children = new Set<LabProcess>(),
): Promise<RunResult> {
  const child = start(cmd, args, children);
  // A command that ends without reading all of its input is judged by its exit code.
  child.stdin.on('error', () => undefined).end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { stdout, stderr, code: code ?? 128 };
}

async function must(
  cmd: string,
  args: readonly string[],
  input?: string,
  children?: Set<LabProcess>,
): Promise<string> {
  const { stdout, stderr, code } = await execute(cmd, args, input, children);
  if (code !== 0) throw new Error(`${cmd} ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

/** Pids; none of a process that is gone. */
export async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return children.trim().split(' ').filter(Boolean).map(Number);
}

/** What runs under this pid, unless it has ended since it was looked up. */
export function killIfThere(pid: number): void {
  quietly(() => String(process.kill(pid, 'SIGKILL')));
}

/** Synchronous, since it also runs while the process is ending. */
function removeNamespaces(namespaces: readonly string[]): void {
  const ip = findBinary('ip') ?? 'ip';
  for (const ns of namespaces) {
    for (const pid of quietly(() => execFileSync(ip, ['netns', 'pids', ns], QUIET).toString()).split('\n')) {
      if (pid !== '') killIfThere(Number(pid));
    }
    quietly(() => execFileSync(ip, ['netns', 'del', ns], QUIET).toString());
  }
}

const QUIET = { stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'] };

/** For clean-up: what is gone already is as good as removed. */
function quietly(action: () => string): string {
  try {
    return action();
  } catch {
    return '';
  }
}

const live = new Set<() => void>();
const cleanUpAll = () => [...live].forEach((cleanup) => cleanup());
let hooked = false;

// Of a file's tests, not of a measurement: what a failed hook left running would keep the file from ending.
if (process.env.NODE_TEST_CONTEXT !== undefined) after(cleanUpAll);

/** A test that throws, exits or is interrupted must not leave namespaces behind. */
function hookExit(): void {
  if (hooked) return;
  hooked = true;
  process.once('exit', cleanUpAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      cleanUpAll();
      process.kill(process.pid, signal);
    });
  }
}

let verdict: boolean | undefined;

function namespacesWork(): boolean {
  if (verdict !== undefined) return verdict;
  const name = `rlb${process.pid}-probe`;
  const ip = findBinary('ip') ?? 'ip';
  try {
    execFileSync(ip, ['netns', 'add', name], QUIET);
    verdict = true;
  } catch {
    verdict = false;
  }
  quietly(() => execFileSync(ip, ['netns', 'del', name], QUIET).toString());
  return verdict;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
