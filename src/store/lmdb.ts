/**
 * The embedded store that survives: LMDB in a directory of its own. What a call acknowledges has been
 * written and flushed (fdatasync) before, so neither kill -9 nor a loss of power takes it back, as far as
 * the disk keeps its word.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { makeFolder } from '../files/make-folder.ts';
import { GroupCommit } from './group-commit.ts';
import { DATA_FILE, openEnvironment } from './lmdb-environment.ts';
import { upgradeFormat } from './lmdb-format.ts';
import { LmdbClaims } from './lmdb-claims.ts';
import { LmdbNotes } from './lmdb-notes.ts';
import { LmdbOnce } from './lmdb-once.ts';
import { LmdbTopology } from './lmdb-topology.ts';
import { Ownership } from './owner.ts';
import type { Store } from './store.ts';

/** In bytes: about what a hundred claims made at once take. */
const PROBE_SIZE = 64 * 1024;

/**
 * Opens the store in the directory, which it creates (mode 0700) where it is missing. Rejects where the
 * directory can't be used, another process owns it, or its format is unknown.
 */
export async function lmdbStore(directory: string): Promise<Store> {
  const path = resolve(directory);
  const firstCreated = await createDirectory(path);
  const owner = await Ownership.acquire(path);
  try {
    // Batches are GroupCommit's to make.
    const env = openEnvironment<string, Buffer>(join(path, DATA_FILE), {
      eventTurnBatching: false,
      keyEncoding: 'binary',
      encoding: 'string',
    });
    try {
      return await openDatabases(env, path, owner, firstCreated);
    } catch (error) {
      await env.close();
      throw error;
    }
  } catch (error) {
    await owner.release();
    throw error;
  }
}

/** Answers with the topmost directory that it had to create. */
async function createDirectory(path: string): Promise<string | undefined> {
  try {
    return await makeFolder(path, 0o700);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot use ${path} as the store's directory: ${why}`, { cause });
  }
}

async function openDatabases(
  env: RootDatabase<string, Buffer>,
  path: string,
  owner: Ownership,
  firstCreated: string | undefined,
): Promise<Store> {
  const meta = env.openDB<string, string>({ name: 'meta', encoding: 'string' });
  const commits = new GroupCommit(env, path);
  const rooms = env.openDB<string, Buffer>({ name: 'rooms', keyEncoding: 'binary', encoding: 'string' });
  const nodes = env.openDB<string, Buffer>({ name: 'nodes', keyEncoding: 'binary', encoding: 'string' });
  await upgradeFormat({ meta, rooms, nodes }, commits, path);
  flushDirectories(path, firstCreated);
  const claims = new LmdbClaims(rooms, nodes, commits);
  const topology = new LmdbTopology(meta, commits);
  const notes = new LmdbNotes(meta, commits);
  const once = new LmdbOnce(meta, commits);
  return {
    claims,
    topology,
    notes,
    once,
    description: `file ${path} (every acknowledged claim is on disk)`,
    ready: () => (commits.healthy ? Promise.resolve(undefined) : tryWriting(meta, commits)),
    close: async () => {
      await Promise.all([claims.idle(), topology.idle(), notes.idle(), once.idle()]);
      await commits.close();
      await env.close();
      await owner.release();
    },
  };
}

/** After a failure only a write can tell whether things are well again: one that needs new pages. */
async function tryWriting(meta: Database<string, string>, commits: GroupCommit): Promise<undefined> {
  await commits.write(() => void meta.put('probe', 'x'.repeat(PROBE_SIZE)));
  await commits.write(() => void meta.remove('probe'));
}

/** A new file survives a loss of power only when the directory that names it is flushed too. */
function flushDirectories(path: string, firstCreated: string | undefined): void {
  const last = firstCreated === undefined ? path : dirname(firstCreated);
  for (let directory = path; ; directory = dirname(directory)) {
    const handle = openSync(directory, 'r');
    fsyncSync(handle);
    closeSync(handle);
    if (directory === last) return;
  }
}
