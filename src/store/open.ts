import { lmdbStore } from './lmdb.ts';
import { lmdbSnapshot } from './lmdb-snapshot.ts';
import { memoryStore } from './memory.ts';
import { parseRedisAddress, REDIS_FORMS } from './redis/address.ts';
import { redisStore, type RedisOptions } from './redis/redis.ts';
import { snapshotOf, type StoreSnapshot } from './snapshot.ts';
import type { Store } from './store.ts';

const FILE = 'file:';

/** The specification names no store at all, as opposed to one that cannot be opened. */
export class StoreSpecError extends Error {
  override readonly name = 'StoreSpecError';
}

/**
 * Opens the store that the specification names: `memory`; `file:PATH` for a directory, created where it is missing;
 * `redis://…`, see `parseRedisAddress`. Rejects with a StoreSpecError where the specification names none, and with an
 * error for people where the store can't be opened.
 *
 * @param redis what a store outside the process needs besides
 */
export async function openStore(spec: string, redis: RedisOptions = { cluster: 'default' }): Promise<Store> {
  if (spec === 'memory') return memoryStore();
  if (spec.startsWith(FILE) && spec.length > FILE.length) return lmdbStore(spec.slice(FILE.length));
  const address = redisAddress(spec);
  if (address) return redisStore(address, redis);
  throw new StoreSpecError(
    `${JSON.stringify(spec)} names no store; use memory, file:PATH for a directory on disk, or ${REDIS_FORMS}`,
  );
}

/**
 * What the store that the specification names holds now. A file store may be in use by another process. Rejects as
 * `openStore` does, and with a StoreSpecError for `memory`, which is always this process' own.
 */
export async function openSnapshot(spec: string, redis?: RedisOptions): Promise<StoreSnapshot> {
  if (spec === 'memory')
    throw new StoreSpecError('what is in memory ends with its process; name file:PATH or redis://…');
  if (spec.startsWith(FILE) && spec.length > FILE.length) return lmdbSnapshot(spec.slice(FILE.length));
  return snapshotOf(await openStore(spec, redis));
}

function redisAddress(spec: string): ReturnType<typeof parseRedisAddress> {
  try {
    return parseRedisAddress(spec);
  } catch (cause) {
    if (cause instanceof RangeError) throw new StoreSpecError(cause.message, { cause });
    throw cause;
  }
}
