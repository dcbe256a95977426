import { isDeepStrictEqual } from 'node:util';
import type { Claim, Store } from '../store/store.ts';
import type { Backup } from './read.ts';

/** The store holds something that the backup does not say. Nothing was written. */
export class NotEmpty extends Error {
  override readonly name = 'NotEmpty';
}

/** Claims that are written, or read, at once. */
const AT_ONCE = 1000;

/**
 * Writes what the backup has into a store that holds nothing else. What is there already and says the same is no
 * hindrance, so that one that was interrupted can be run again. The topology is last: where it is, all is.
 *
 * @returns how many claims were not there yet
 * @throws NotEmpty where anything would be overwritten or mixed
 */
export async function restoreBackup(store: Store, backup: Backup): Promise<number> {
  await checkStore(store, backup);
  let written = 0;
  const one = async ([room, claim]: readonly [string, Claim]): Promise<void> => {
    const { created, claim: held } = await store.claims.create(room, claim);
    if (!isDeepStrictEqual({ ...held }, { ...claim })) throw new NotEmpty(claimed(room, held));
    if (created) written++;
  };
  let batch: (readonly [string, Claim])[] = [];
  for (const entry of backup.claims) {
    batch.push(entry);
    if (batch.length < AT_ONCE) continue;
    await Promise.all(batch.map(one));
    batch = [];
  }
  await Promise.all(batch.map(one));
  if (backup.topology && !(await store.topology.read())) {
    if (!(await store.topology.write(backup.topology, 0)))
      throw new NotEmpty('somebody else writes a topology into it; stop what uses it');
  }
  return written;
}

async function checkStore({ claims, topology }: Store, backup: Backup): Promise<void> {
  const stored = await topology.read();
  if (stored && !isDeepStrictEqual(stored, backup.topology))
    throw new NotEmpty('it has a topology that is not the one of the backup');
  for (let after: string | null | undefined; after !== null;) {
    const page = await claims.list({ after, limit: AT_ONCE });
    for (const { room, claim } of page.entries) {
      const wanted = backup.claims.get(room);
      if (!wanted || !isDeepStrictEqual({ ...claim }, { ...wanted }))
        throw new NotEmpty(claimed(room, claim));
    }
    after = page.next;
  }
}

function claimed(room: string, { node }: Claim): string {
  return `it has a claim of room ${JSON.stringify(room)} on ${node} that is not in the backup`;
}
