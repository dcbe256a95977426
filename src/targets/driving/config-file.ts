/** Configuration files of engines on this host: read whole, replaced whole. */
import { readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile, syncFolder } from '../../files/replace-file.ts';
import { DriverError } from '../driver.ts';

/** The largest file that is read, bytes: one of 10,000 nodes has some ten million. */
const MAX_SIZE = 256 * 1024 * 1024;
const NEW_FILE_MODE = 0o644;

/** The file's text; null where there is none. */
export async function readConfigFile(path: string): Promise<string | null> {
  try {
    const { size } = await stat(path);
    if (size > MAX_SIZE) throw new Error(`it has ${size} bytes`);
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw unreachable(path, 'read', cause);
  }
}

/**
 * Puts the text in the place of what is there, at once and for good (see `replaceFile`), unless `check` throws:
 * then nothing has changed. It is handed the path of the new file, which is in the same folder.
 */
export async function replaceConfigFile(
  path: string,
  text: string,
  check: (candidate: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  try {
    await replaceFile(path, text, { mode: NEW_FILE_MODE, check });
  } catch (cause) {
    throw cause instanceof DriverError ? cause : unreachable(path, 'write', cause);
  }
}

/** Removes the file; one that isn't there is removed already. */
export async function removeConfigFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
    await syncFolder(dirname(path));
  } catch (cause) {
    if (!isMissing(cause)) throw unreachable(path, 'remove', cause);
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}

function unreachable(path: string, verb: string, cause: unknown): DriverError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DriverError('unreachable', `cannot ${verb} ${path}: ${why}`, { cause });
}
