/** Files that are replaced whole: at any moment, and after any loss of power, one finds the old or the new text. */
import { chmod, chown, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface ReplaceOptions {
  /** Of a file that is not there yet; an old one keeps its own. */
  readonly mode: number;
  /** Is handed the path of the new file before it takes its place; what it throws leaves everything as it was. */
  readonly check?: (candidate: string) => Promise<void>;
}

/**
 * The new text is on disk before it takes the place of the old, which gives it its permissions and owner. A
 * symbolic link stays one. For one writer at a time: what a killed one left behind is replaced by the next.
 */
export async function replaceFile(
  path: string,
  text: string,
  { mode, check }: ReplaceOptions,
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  const candidate = join(folder, `.${basename(target)}.roomlb-new`);
  try {
    await rm(candidate, { force: true });
    await writeThrough(candidate, text, mode);
    await copyAttributes(target, candidate);
    await check?.(candidate);
    await rename(candidate, target);
    await syncFolder(folder);
  } catch (error) {
    await rm(candidate, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Makes what was renamed or removed in a folder last. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeThrough(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function copyAttributes(from: string, to: string): Promise<void> {
  const old = await stat(from).catch(() => undefined);
  if (!old) return;
  await chmod(to, old.mode & 0o7777);
  if (process.getuid?.() === 0) await chown(to, old.uid, old.gid);
}
