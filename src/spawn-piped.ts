import {
  spawn,
  type ChildProcessWithoutNullStreams,
  type SpawnOptionsWithoutStdio,
} from 'node:child_process';

/**
 * Starts a program with pipes to all of its standard streams.
 *
 * @throws Error where this process has no file descriptors left: the child that Node gives back then has no streams, and
 *   tells by an event, before anybody could listen who fails for their lack, why; unheard, that ends the process
 */
export function spawnPiped(
  program: string,
  args: readonly string[],
  options: Omit<SpawnOptionsWithoutStdio, 'stdio'> = {},
): ChildProcessWithoutNullStreams {
  const child = spawn(program, args, { ...options, stdio: 'pipe' });
  if (child.stdin as ChildProcessWithoutNullStreams['stdin'] | undefined) return child;
  child.once('error', () => undefined);
  throw new Error(`${program} cannot be started: no file descriptors are left (ulimit -n)`);
}
