/**
 * One process owns a store's directory at a time. LMDB has no such notion (any number of processes may
 * share an environment), but it keeps a table of readers, each with a lock that the kernel drops when
 * the process ends, however it ends. So an environment that serves only for this holds the owner's pid:
 * an owner whose pid is among the live readers is alive. That needs no guess about reused pids and no
 * clean-up after kill -9, and since LMDB lets one writer in at a time, of two processes that start
 * together one wins. (mdb.c: mdb_reader_check0, mdb_reader_pid.)
 *
 * Processes in different pid namespaces (containers) on one host see each other too. Should both have
 * the same pid there, LMDB doesn't let the second one into the table.
 */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { RootDatabase } from 'lmdb';
import { openEnvironment } from './lmdb-environment.ts';

/** LMDB must not be opened twice by one process, and its table of readers could not tell the two apart. */
const ownedHere = new Set<string>();

export class Ownership {
  private constructor(
    private readonly env: RootDatabase<number, string>,
    private readonly path: string,
  ) {}

  /** Takes the directory, which must exist. Throws an error that names the owner where there is one. */
  static async acquire(directory: string): Promise<Ownership> {
    const path = realpathSync(directory);
    if (ownedHere.has(path)) throw new Error(`the store ${path} is in use by this very process`);
    ownedHere.add(path);
    try {
      const env = openEnvironment<number, string>(join(path, 'owner.mdb'), { encoding: 'json' });
      try {
        const owner = takeOver(env);
        if (owner === undefined) return new Ownership(env, path);
        throw new Error(`it is in use by process ${owner}, and a store has one owner at a time`);
      } catch (cause) {
        await env.close();
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`cannot take the store ${path}: ${why}`, { cause });
      }
    } catch (error) {
      ownedHere.delete(path);
      throw error;
    }
  }

  async release(): Promise<void> {
    await this.env.close();
    ownedHere.delete(this.path);
  }
}

/** Makes this process the owner, unless another one is and lives: then its pid. */
function takeOver(env: RootDatabase<number, string>): number | undefined {
  register(env);
  return env.transactionSync(() => {
    const owner = env.get('owner');
    if (owner !== undefined && owner !== process.pid && liveReaders(env).has(owner)) return owner;
    env.putSync('owner', process.pid);
    return undefined;
  });
}

/** Puts this process into the table of readers, as the first read does. */
function register(env: RootDatabase<number, string>): void {
  try {
    env.get('owner');
  } catch (cause) {
    // After ten seconds, for which lmdb-js tries again.
    throw new Error(`another process ${process.pid}, in another container, seems to have it open`, { cause });
  }
}

/** Pids in LMDB's table of readers; each line after the heading begins with one. */
function liveReaders(env: RootDatabase<number, string>): ReadonlySet<number> {
  env.readerCheck();
  return new Set([...env.readerList().matchAll(/^ *(\d+) /gm)].map(([, pid]) => Number(pid)));
}
