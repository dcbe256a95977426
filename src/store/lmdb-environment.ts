import { closeSync, existsSync, fstatSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { open, type Key, type RootDatabase, type RootDatabaseOptions } from 'lmdb';

/** The name of a store's data in its directory. */
export const DATA_FILE = 'claims.mdb';

/** LMDB's magic number and the version of its data format that lmdb-js 3 reads and writes (mdb.c). */
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
/** Where both are: after the 24 bytes of a page's header, in the byte order of the machine. */
const MAGIC_OFFSET = 24;
/** More than a new environment's first pages. */
const FIRST_PAGES = 64 * 1024;

/**
 * Opens an LMDB environment in one file (and a lock file beside it), with plain LMDB commits: flushed
 * when they resolve, and a failed flush is a failed commit. Errors say which file.
 */
export function openEnvironment<V, K extends Key>(
  file: string,
  options: RootDatabaseOptions,
): RootDatabase<V, K> {
  try {
    checkFile(file);
    return open<V, K>(file, { ...options, noSubdir: true, overlappingSync: false });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot open ${file}: ${why}`, { cause });
  }
}

/**
 * Throws where the file isn't a database, or is missing and there is no room to create it: lmdb-js 3.5
 * ends the process with a segmentation fault in these cases (its env.cpp, `openEnv`, after `mdb_env_open`
 * has failed).
 */
function checkFile(file: string): void {
  if (!existsSync(file)) {
    const probe = `${file}-probe`;
    try {
      writeFileSync(probe, Buffer.alloc(FIRST_PAGES), { flush: true });
    } finally {
      rmSync(probe, { force: true });
    }
    return;
  }
  const handle = openSync(file, 'r');
  try {
    const header = new Uint32Array(2);
    const empty = fstatSync(handle).size === 0;
    readSync(handle, header, 0, header.byteLength, MAGIC_OFFSET);
    if (!empty && header[0] !== MAGIC) throw new Error('it is not an LMDB file');
    if (!empty && header[1] !== DATA_VERSION)
      throw new Error(`LMDB data version ${header[1] ?? '?'} is unknown`);
  } finally {
    closeSync(handle);
  }
}
