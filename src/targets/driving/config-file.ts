/** Configuration files of engines on this host: read whole, replaced whole. */
import { chmod, chown, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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
 * Puts the text into a file beside the one it is for, on disk before this resolves, and hands its path to
 * `check`. What that returns decides nothing; if it throws, the file goes and nothing has changed. Else the
 * new file takes the place of the old at once, with its permissions and owner. A reader sees one or the other,
 * whenever the power goes. A symbolic link stays one.
 */
export async function replaceConfigFile(
  path: string,
  text: string,
  check: (candidate: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  // One name, since there is one writer: what a killed process left behind is replaced by the next.
  const candidate = join(folder, `.${basename(target)}.roomlb-new`);
  try {
    await rm(candidate, { force: true });
    await writeThrough(candidate, text);
    await copyAttributes(target, candidate);
    await check(candidate);
    await rename(candidate, target);
    await syncFolder(folder);
  } catch (cause) {
    await rm(candidate, { force: true }).catch(() => undefined);
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

async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', NEW_FILE_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function copyAttributes(from: string, to: string): Promise<void> {
  const old = await stat(from).catch(() => undefined);
  await chmod(to, old ? old.mode & 0o7777 : NEW_FILE_MODE);
  if (old && process.getuid?.() === 0) await chown(to, old.uid, old.gid);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}

function unreachable(path: string, verb: string, cause: unknown): DriverError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DriverError('unreachable', `cannot ${verb} ${path}: ${why}`, { cause });
}
