import { lmdbStore } from './lmdb.ts';
import { memoryStore } from './memory.ts';
import type { Store } from './store.ts';

const FILE = 'file:';

/** The specification names no store at all, as opposed to one that cannot be opened. */
export class StoreSpecError extends Error {
  override readonly name = 'StoreSpecError';
}

/**
 * Opens the store that the specification names: `memory`, or `file:PATH` for a directory, created where
 * it is missing. Rejects with a StoreSpecError where the specification names none, and with an error for people
 * where the store can't be opened.
 */
export async function openStore(spec: string): Promise<Store> {
  if (spec === 'memory') return memoryStore();
  if (spec.startsWith(FILE) && spec.length > FILE.length) return lmdbStore(spec.slice(FILE.length));
  throw new StoreSpecError(
    `${JSON.stringify(spec)} names no store; use memory, or file:PATH for a directory on disk`,
  );
}
