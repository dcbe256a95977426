/** All of a store, read once, for a backup. */
import type { ClaimEntry, Store, TopologyRecord } from './store.ts';

export interface StoreSnapshot {
  readonly topology: TopologyRecord | undefined;
  /** In the order of the rooms' UTF-8 bytes. Rejects where the store is lost meanwhile. */
  readonly claims: AsyncIterable<ClaimEntry>;
  close(): Promise<void>;
}

const PAGE = 1000;

/**
 * Of a store that others may change meanwhile: a room that exists throughout is in it once. Each claim is as it was
 * when its page was read. Closes the store with it.
 */
export async function snapshotOf(store: Store): Promise<StoreSnapshot> {
  return {
    topology: await store.topology.read(),
    claims: pages(store),
    close: () => store.close(),
  };
}

async function* pages({ claims, description }: Store): AsyncGenerator<ClaimEntry> {
  for (let after: string | null | undefined; after !== null;) {
    const page = await claims.list({ after, limit: PAGE });
    // What a replica remembers is not what the store holds.
    if (claims.degraded) throw new Error(`the store ${description} stopped answering`);
    yield* page.entries;
    after = page.next;
  }
}
