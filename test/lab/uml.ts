/**
 * A Linux kernel with IPVS, wherever there is none: user-mode Linux, a kernel that runs as an ordinary
 * process (Debian's package `user-mode-linux`, Linux 6.1). The guest sees the host's whole file system
 * (hostfs), so that node, ipvsadm, keepalived and this checkout are all there, and has no network but what
 * it makes itself. About 3 s from boot to power-off. What only computes is as fast as outside; a page of memory
 * that is touched for the first time takes 50 µs, and so starting a process 50 ms.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle } from './bundle.ts';
import { findBinary } from './netns.ts';

const PROGRAM = 'linux.uml';
const MODULES = '/usr/lib/uml/modules';
/** Of util-linux, around the guest. */
const OUTSIDE = ['setpriv', 'taskset', 'unshare'];

export interface GuestRun {
  /** Kernel modules to load first. */
  readonly modules: readonly string[];
  /** Runs as root in the guest, in a scratch folder that both sides see. */
  readonly command: readonly string[];
  /** MiB; default 768. */
  readonly memory?: number;
  /** Seconds after which the guest is killed; default 600. */
  readonly timeout?: number;
  /** Names, and contents, of files to put into the scratch folder. */
  readonly files?: ReadonlyMap<string, string>;
  /** Source files to put there as plain scripts with all that they import: `{ tests: FILE }` becomes tests.mjs. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** Names of files to read back from the scratch folder; one that is not there is absent from the result. */
  readonly results?: readonly string[];
  /** The guest's only network: interface `vec0`, whose cable is this one of a namespace. */
  readonly network?: { readonly namespace: string; readonly interface: string };
  /** Told of each line that the guest writes to /dev/console, as it comes. */
  readonly onLine?: (line: string) => void;
  /** Powers the guest off, as if pulled out. */
  readonly signal?: AbortSignal;
}

export interface GuestResult {
  /** Exit code of the command; null where the guest ended, or was killed, before it did. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly results: ReadonlyMap<string, string>;
  /** What the kernel said: of use where the code is null. */
  readonly console: string;
}

/** Why a test cannot run in a guest here, or false: the value of node:test's `skip`. */
export function umlSkipReason(binaries: readonly string[] = []): string | false {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root: the guest takes its rights over files from the host';
  const missing = [PROGRAM, ...OUTSIDE, 'modprobe', 'ip', ...binaries].find((name) => !findBinary(name));
  if (missing !== undefined) return `needs ${missing}, which is not installed`;
  return existsSync(MODULES) ? false : `needs user-mode Linux's kernel modules in ${MODULES}`;
}

/** Boots, runs the command, powers off. */
export async function runInUml(run: GuestRun): Promise<GuestResult> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'roomlb-uml-'));
  try {
    if (run.scripts) await bundle(run.scripts, scratch);
    for (const [name, content] of run.files ?? []) await writeFile(path.join(scratch, name), content);
    await writeFile(path.join(scratch, 'init'), initScript(scratch, run), { mode: 0o755 });
    const console = await boot(scratch, run);
    const read = (name: string) => readFile(path.join(scratch, name), 'utf8').catch(() => undefined);
    const code = await read('code');
    const results = new Map<string, string>();
    for (const name of run.results ?? []) {
      const content = await read(name);
      if (content !== undefined) results.set(name, content);
    }
    return {
      code: code === undefined ? null : Number(code),
      stdout: (await read('stdout')) ?? '',
      stderr: (await read('stderr')) ?? '',
      results,
      console,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The guest's process 1. /run is the guest's own, which is where namespaces and pid files live. */
function initScript(scratch: string, { modules, command }: GuestRun): string {
  return `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /run/uml/lib
ln -s ${MODULES} /run/uml/lib/modules
export MODPROBE_OPTIONS='-d /run/uml'
ip link set lo up
cd ${quote(scratch)}
{
    modprobe -a ${words(modules)}
    ${words(command)}
    echo $? >code
} </dev/null >stdout 2>stderr
sync
echo o >/proc/sysrq-trigger
sleep 60
`;
}

/**
 * Around the guest: its processes are alone in a namespace of process ids, and end when the first of them does,
 * which ends when this process does, however that ends. And they stay on one processor: there is never more than
 * one of them at work, and to wake the next on another processor takes twice the time.
 */
function outside(): string[] {
  return [
    ...['setpriv', '--pdeathsig', 'KILL'],
    ...['taskset', '--cpu-list', String(freeProcessor())],
    ...['unshare', '--pid', '--fork', '--kill-child=KILL'],
  ];
}

/** The processor that has the fewest guests. */
function freeProcessor(): number {
  const guests = Array.from({ length: availableParallelism() }, () => 0);
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const status = statusOf(pid);
    const [, processor] = /^Cpus_allowed_list:\t(\d+)$/m.exec(status) ?? [];
    if (processor === undefined || !status.startsWith(`Name:\t${PROGRAM}\n`)) continue;
    guests[Number(processor)] = (guests[Number(processor)] ?? 0) + 1;
  }
  return guests.indexOf(Math.min(...guests));
}

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // It ended just now.
    return '';
  }
}

/** Resolves with what the console said. */
async function boot(scratch: string, run: GuestRun): Promise<string> {
  const { memory = 768, timeout = 600, network, onLine, signal } = run;
  const [first = '', ...around] = outside();
  const kernel = spawn(
    first,
    [
      ...around,
      ...(network ? ['ip', 'netns', 'exec', network.namespace] : []),
      PROGRAM,
      ...['root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'rw', `mem=${memory}M`, `uml_dir=${scratch}`],
      ...[`init=${scratch}/init`, 'con=null', 'con0=fd:0,fd:1', 'quiet'],
      ...(network ? [`vec0:transport=raw,ifname=${network.interface}`] : []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const kill = () => void kernel.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  if (onLine) createInterface(kernel.stdout).on('line', onLine);
  const late = new AbortController();
  const watch = sleep(timeout * 1000, undefined, { signal: late.signal, ref: false }).then(
    kill,
    () => undefined,
  );
  const [stdout, stderr] = await Promise.all([
    text(kernel.stdout),
    text(kernel.stderr),
    once(kernel, 'close'),
  ]);
  late.abort();
  await watch;
  return stdout + stderr;
}

function words(list: readonly string[]): string {
  return list.map(quote).join(' ');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
