/** The version of what is in a file store: keys and values of its databases. */
import type { Database } from 'lmdb';
import type { GroupCommit } from './group-commit.ts';

/** Raise it with every change that older programs would misread, and say in UPGRADES how the former becomes this one. */
export const FORMAT = 1;

export interface FormatDatabases {
  readonly meta: Database<string, string>;
  readonly rooms: Database<string, Buffer>;
  readonly nodes: Database<string, Buffer>;
}

/** By the version that they lead away from. One must not throw, and all that it writes is one commit with the version. */
export type FormatUpgrades = Readonly<Record<number, (databases: FormatDatabases) => void>>;

export const UPGRADES: FormatUpgrades = {};

/**
 * Brings a store to this program's version, step by step, each whole or not at all; claims the version in a new one.
 *
 * @throws Error where it is newer, or too old to be brought here
 */
export async function upgradeFormat(
  databases: FormatDatabases,
  commits: GroupCommit,
  path: string,
  wanted = FORMAT,
  upgrades: FormatUpgrades = UPGRADES,
): Promise<void> {
  const { meta } = databases;
  const note = (version: number): void => void meta.put('format', String(version));
  const found = formatOf(meta.get('format'));
  if (found === undefined) return commits.write(() => note(wanted));
  const steps = Array.from({ length: Math.max(0, wanted - found) }, (_, i) => upgrades[found + i]);
  checkFormat(path, found, wanted, !steps.includes(undefined));
  for (const [i, step] of steps.entries()) {
    await commits.write(() => {
      step?.(databases);
      note(found + i + 1);
    });
  }
}

/** @throws Error for a store that cannot be read as it is */
export function checkReadable(path: string, stored: string | undefined): void {
  const found = formatOf(stored);
  if (found !== undefined) checkFormat(path, found, FORMAT, found === FORMAT);
}

function checkFormat(path: string, found: number, wanted: number, known: boolean): void {
  if (found > wanted || !Number.isInteger(found)) {
    const newer = 'upgrade this program, or restore a backup into a new store';
    throw new Error(
      `the store ${path} has format ${found}; this program reads up to format ${wanted}: ${newer}`,
    );
  }
  if (known) return;
  throw new Error(
    `the store ${path} has format ${found}, and this program reads format ${wanted}: ` +
      'back it up with the program that wrote it, and restore that into a new store',
  );
}

function formatOf(stored: string | undefined): number | undefined {
  return stored === undefined ? undefined : Number(stored);
}
