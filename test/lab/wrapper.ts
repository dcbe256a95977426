/**
 * A program of an engine with a script in its place, that can be told to hang in the middle of an apply, and to do
 * harm. It is a shell script, since that is what the driver starts by its path.
 */
import { existsSync } from 'node:fs';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface WrapperOptions {
  /** Of the files by which it is told. */
  readonly folder: string;
  readonly name: string;
  /** The program itself. */
  readonly program: string;
  /** Glob of the arguments that it minds; all others go through. */
  readonly minds: string;
}

/** @returns the script's path */
export async function makeWrapper({ folder, name, program, minds }: WrapperOptions): Promise<string> {
  const script = path.join(folder, name);
  const text = `#!/bin/sh
real=${program}
cd ${folder}
case "$*" in ${minds}) ;; *) exec "$real" "$@" ;; esac
calls=$(cat calls 2>/dev/null || echo 0)
echo $((calls + 1)) > calls
if [ "$(cat hang 2>/dev/null)" = "$calls" ]; then
  echo $$ > hangs.new; mv hangs.new hangs
  while [ -e hang ]; do sleep 0.02; done
fi
if [ -e harm ]; then . ./harm; fi
exec "$real" "$@"
`;
  await writeFile(script, text);
  await chmod(script, 0o755);
  return script;
}

/** What all wrappers of one folder are told together. */
export class Wrappers {
  constructor(private readonly folder: string) {}

  /**
   * The first call hangs that comes after so many others.
   *
   * @returns resolves with the process that hangs, or undefined once the signal has come
   */
  async hangAt(call: number, signal: AbortSignal): Promise<number | undefined> {
    await this.release();
    await rm(this.file('calls'), { force: true });
    await writeFile(this.file('hang'), String(call));
    while (!signal.aborted) {
      if (existsSync(this.file('hangs'))) return Number(await readFile(this.file('hangs'), 'utf8'));
      await sleep(10);
    }
    return undefined;
  }

  /** Whoever hangs goes on. */
  async release(): Promise<void> {
    await rm(this.file('hang'), { force: true });
    await rm(this.file('hangs'), { force: true });
  }

  /** While the work is done, every call that is minded runs this piece of shell first. `$real`: the program. */
  async harming<T>(shell: string, work: () => Promise<T>): Promise<T> {
    await writeFile(this.file('harm'), `${shell}\n`);
    try {
      return await work();
    } finally {
      await rm(this.file('harm'));
    }
  }

  private file(name: string): string {
    return path.join(this.folder, name);
  }
}

/** Until a process that is no child of this one runs no more: whoever inherited it may be slow to bury it. */
export async function ended(pid: number): Promise<void> {
  const isRunning = async () => /\) [^ZX]/.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
  while (await isRunning()) await sleep(10);
}
