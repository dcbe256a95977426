/**
 * The file of what in IPVS is RoomLB's own. nftables takes a comment and HAProxy a name; a virtual service takes
 * neither, and one that somebody made by hand looks like one of RoomLB's. So it is noted before it is made,
 * and struck out after it is gone: an apply that is killed in between has noted too much, never too little. It
 * is kept where the kernel's table is kept, too: until the next boot.
 */
import { dirname } from 'node:path';
import { makeFolder } from '../../../files/make-folder.ts';
import { compareText } from '../../../topology/compare.ts';
import { DriverError } from '../../driver.ts';
import { readConfigFile, replaceConfigFile } from '../../driving/config-file.ts';
import type { NotesChange, Owner } from './state.ts';

export interface Notes {
  readonly services: Readonly<Record<string, Owner>>;
  /** Names of settings, sorted. */
  readonly settings: readonly string[];
}

/** Whose notes they are: of another cluster, or of another namespace's IPVS, they are not for here. */
export interface NotesOf {
  readonly cluster: string;
  readonly namespace: string | null;
}

/** On a file system that, like IPVS, forgets with a boot. */
export const OWNED_FOLDER = '/run/roomlb';

const VERSION = 1;
const NOTHING: Notes = { services: {}, settings: [] };

/** @throws DriverError `unreachable` for a file that is not RoomLB's, or another cluster's */
export async function readNotes(path: string, { cluster, namespace }: NotesOf): Promise<Notes> {
  const text = await readConfigFile(path);
  if (text === null || text.trim() === '') return NOTHING;
  const kept = parseNotes(text);
  if (kept?.cluster === cluster && kept.namespace === namespace) return kept;
  const whose = kept
    ? `of cluster ${kept.cluster}, namespace ${kept.namespace ?? '(none)'}`
    : 'not of RoomLB';
  throw new DriverError('unreachable', `${path} is ${whose}: write another ownedFile: for this balancer`);
}

export async function changeNotes(path: string, of: NotesOf, change: NotesChange): Promise<void> {
  const { services, settings } = await readNotes(path, of);
  const gone = new Set(change.without.services);
  const kept = Object.entries({ ...services, ...change.services }).filter(([name]) => !gone.has(name));
  const names = [...new Set([...settings, ...change.settings])];
  const content = {
    version: VERSION,
    ...of,
    settings: names.filter((name) => !change.without.settings.includes(name)).sort(compareText),
    services: Object.fromEntries(kept.sort(([a], [b]) => compareText(a, b))),
  };
  try {
    await makeFolder(dirname(path));
  } catch (cause) {
    throw new DriverError('unreachable', `cannot make the folder of ${path}`, { cause });
  }
  await replaceConfigFile(path, `${JSON.stringify(content)}\n`);
}

/** Null for what is none. */
export function parseNotes(text: string): (Notes & NotesOf) | null {
  try {
    const kept = JSON.parse(text) as Partial<Notes & NotesOf & { version: number }> | null;
    const { version, cluster, namespace, services, settings } = kept ?? {};
    if (version !== VERSION || typeof cluster !== 'string' || namespace === undefined) return null;
    return services && settings ? { cluster, namespace, services, settings } : null;
  } catch {
    return null;
  }
}
