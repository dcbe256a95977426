/**
 * One writer per engine: flock(2) on a file, by flock(1) of util-linux, since Node has no call for it. The lock is
 * a child's, which lives as long as its standard input is open: the kernel closes that when this process ends,
 * however it ends, and scripts of operators can take the same lock by the same command.
 */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../files/make-folder.ts';
import { spawnPiped } from '../spawn-piped.ts';

/** The lock is somebody else's, or cannot be had at all. */
export class LockError extends Error {
  override readonly name = 'LockError';
}

export interface Lock {
  release(): Promise<void>;
}

/** What flock(1) shall end with where somebody else has the lock. */
const CONFLICT = 75;

/**
 * @param patience seconds to wait for whoever has it
 * @throws LockError that says who has it, or what is in the way
 */
export async function takeLock(path: string, patience: number): Promise<Lock> {
  try {
    await makeFolder(dirname(path));
    return await lock(path, patience);
  } catch (cause) {
    if (cause instanceof LockError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LockError(`cannot lock ${path}: ${why}`, { cause });
  }
}

async function lock(path: string, patience: number): Promise<Lock> {
  // cat says back what it hears, and so that it runs: by then the lock is taken. It takes flock's place, rather than
  // being started beside it: rules of a node that has died wait for this.
  const options = [
    '--no-fork',
    '--exclusive',
    '--timeout',
    String(patience),
    '--conflict-exit-code',
    String(CONFLICT),
  ];
  const child = spawnPiped('flock', [...options, path, 'cat']);
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  child.stdin.on('error', () => undefined).write('\n');
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const code = await Promise.race([once(child.stdout, 'data').then(() => 'taken' as const), ended]);
  if (code === CONFLICT)
    throw new LockError(`${path} is locked: ${await holder(path)} is changing the engine`);
  if (code !== 'taken') throw new Error(Buffer.concat(said).toString().trim());
  const release = async () => {
    child.stdin.end();
    await ended;
  };
  try {
    await writeFile(path, `${JSON.stringify({ pid: process.pid, since: new Date().toISOString() })}\n`);
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

async function holder(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const match = /"pid":(\d+),"since":"([^"]+)"/.exec(text);
  return match ? `process ${match[1] ?? ''}, since ${match[2] ?? ''},` : 'another process';
}
