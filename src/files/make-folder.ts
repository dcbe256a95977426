import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder, and those above it that are missing. Not by `mkdir` with `recursive`, which never ends where a folder
 * is there and the system says ENOENT of what is to be in it, as below /proc (Node.js 20, src/node_file.cc, MKDirpAsync).
 *
 * @param mode of those that it makes
 * @returns the topmost that it made; undefined: it was there
 * @throws what the system says
 */
export async function makeFolder(path: string, mode = 0o777): Promise<string | undefined> {
  const full = resolve(path);
  const above = dirname(full);
  const failure = await make(full, mode);
  if (failure === undefined) return full;
  if (failure.code === 'EEXIST' && (await isFolder(full))) return undefined;
  if (failure.code !== 'ENOENT' || above === full || (await isFolder(above))) throw failure;
  const topmost = await makeFolder(above, mode);
  const made = await makeFolder(full, mode);
  return topmost ?? made;
}

/** Undefined: it is made. */
async function make(path: string, mode: number): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(path, { mode });
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
