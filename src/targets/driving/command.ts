/** Runs an engine's own programs for drivers: without a shell, in its network namespace, bounded. */
import { spawnPiped } from '../../spawn-piped.ts';
import { DriverError } from '../driver.ts';

export interface CommandOptions {
  /**
   * Network namespace to run it in: a name as of `ip netns`, or a path such as /proc/PID/ns/net; null for
   * this process's own.
   */
  readonly namespace: string | null;
  /** For its standard input; nothing where left out. */
  readonly input?: string;
  /** Milliseconds until it is killed; default 30 s. */
  readonly timeout?: number;
  /** The most that it may print, bytes; default 64 MiB. */
  readonly maxOutput?: number;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code. */
  readonly code: number;
}

/** Where distributions keep what only root runs, which is not on everybody's PATH. */
const PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean).join(':');
/** Milliseconds that a command gets where nothing else is said. */
export const COMMAND_TIMEOUT_MS = 30_000;
const MAX_OUTPUT = 64 * 1024 * 1024;
/** Milliseconds for the last of what a program has printed that has ended. */
const REST_MS = 1000;
/** As much of what a program says as fits into a message. */
const SAID = 2000;

/**
 * Runs a command to its end; one that says no is a result, not an error.
 *
 * @throws DriverError `unreachable` where there is no such program or namespace, `failed` where it had to be
 *   killed
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { namespace, input = '', timeout = COMMAND_TIMEOUT_MS, maxOutput = MAX_OUTPUT }: CommandOptions,
): Promise<CommandResult> {
  const [program = command, ...words] = [...enter(namespace), command, ...args];
  return new Promise((resolve, reject) => {
    const child = started(program, words);
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let size = 0;
    let killed: string | undefined;
    const hangUp = () => {
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const kill = (why: string) => {
      killed ??= why;
      child.kill('SIGKILL');
      hangUp();
    };
    const timer = setTimeout(() => kill(`took longer than ${timeout / 1000} s`), timeout);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxOutput) kill(`printed more than ${maxOutput} bytes`);
        else output[name].push(chunk);
      });
    }
    // One that ends without reading its input is judged by its exit code.
    child.stdin.on('error', () => undefined).end(input);
    child.once('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const why = cause.code === 'ENOENT' ? 'is not installed, or not on PATH' : cause.message;
      reject(new DriverError('unreachable', `${program} ${why}`, { cause }));
    });
    // A process that it left behind may keep its output open for ever, and is nothing to wait for.
    child.once('exit', () => {
      clearTimeout(timer);
      setTimeout(hangUp, REST_MS).unref();
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      const [stdout, stderr] = [output.stdout, output.stderr].map((chunks) =>
        Buffer.concat(chunks).toString(),
      );
      const result = { stdout: stdout ?? '', stderr: stderr ?? '', code: code ?? 128 };
      if (killed === undefined) resolve(result);
      else
        reject(
          new DriverError('failed', `${[command, ...args].join(' ')} ${killed}: ${whatWasSaid(result)}`),
        );
    });
  });
}

/** @throws DriverError */
function started(program: string, words: readonly string[]): ReturnType<typeof spawnPiped> {
  try {
    return spawnPiped(program, words, { env: { ...process.env, PATH, LC_ALL: 'C' } });
  } catch (cause) {
    throw new DriverError('unreachable', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** What a program said of its failure, for a message: one line, no longer than needed. */
export function whatWasSaid({ stdout, stderr, code }: CommandResult): string {
  const said = (stderr.trim() || stdout.trim()).replaceAll(/\s*\n\s*/g, '; ');
  if (said === '') return `exit code ${code}, and no word`;
  return said.length > SAID ? `${said.slice(0, SAID)}…` : said;
}

function enter(namespace: string | null): string[] {
  if (namespace === null) return [];
  return namespace.startsWith('/') ? ['nsenter', `--net=${namespace}`] : ['ip', 'netns', 'exec', namespace];
}
