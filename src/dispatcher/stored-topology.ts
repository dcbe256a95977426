/** At start: the topology file and what the store remembers of edits by REST become one topology. */
import type { TopologyStore } from '../store/store.ts';
import { checkDocument } from '../topology/document.ts';
import { isError, type Fault } from '../topology/faults.ts';
import { toDocument } from '../topology/format.ts';
import { mergeTopologies, type MergedEntity } from '../topology/merge.ts';
import type { Topology } from '../topology/model.ts';

export type StoredTopology =
  | {
      readonly result: 'fine';
      readonly topology: Topology;
      /** Entities that were changed both by REST and in the file: the file won. */
      readonly overridden: readonly MergedEntity[];
    }
  | { readonly result: 'invalid'; readonly faults: readonly Fault[] };

/**
 * Merges and writes back. Nothing is written where the result is not valid.
 *
 * @param declared the file as it is now
 */
export async function loadStoredTopology(store: TopologyStore, declared: Topology): Promise<StoredTopology> {
  const record = await store.read();
  const version = record?.version ?? 0;
  const seed = toDocument(declared);
  if (!record) {
    await write(store, { seed, current: seed, version: 1 }, version);
    return { result: 'fine', topology: declared, overridden: [] };
  }
  const [base, stored] = [checkDocument(record.seed), checkDocument(record.current)];
  if (!base.topology || !stored.topology) {
    return { result: 'invalid', faults: [...base.faults, ...stored.faults].filter(isError) };
  }
  const { merged, overridden, faults, valid } = mergeTopologies(base.topology, declared, stored.topology);
  if (!valid) return { result: 'invalid', faults: faults.filter(isError) };
  await write(store, { seed, current: toDocument(merged), version: version + 1 }, version);
  return { result: 'fine', topology: merged, overridden };
}

async function write(
  store: TopologyStore,
  record: Parameters<TopologyStore['write']>[0],
  expected: number,
): Promise<void> {
  if (await store.write(record, expected)) return;
  throw new Error('another process changed the stored topology while this one was starting; start again');
}
