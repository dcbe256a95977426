/**
 * Whether an engine has yet to load its file: a marker beside it, which is there before the file changes, and
 * goes once the engine has taken it. So whoever comes after an apply that was killed in between knows.
 */
import { basename, dirname, join } from 'node:path';
import { readConfigFile, removeConfigFile, replaceConfigFile } from './config-file.ts';

export async function isReloadPending(file: string): Promise<boolean> {
  return (await readConfigFile(markerOf(file))) !== null;
}

export async function markReloadPending(file: string): Promise<void> {
  await replaceConfigFile(
    markerOf(file),
    'roomlb: the file beside this one was changed, and is to be loaded\n',
  );
}

export async function clearReloadPending(file: string): Promise<void> {
  await removeConfigFile(markerOf(file));
}

function markerOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.roomlb-pending`);
}
