/** At start: the topology file and what the store remembers of edits by REST become one topology. */
import type { TopologyRecord, TopologyStore } from '../store/store.ts';
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

/** How often it is tried again when another replica writes in between: several may start at once. */
const MAX_RACES = 8;

/**
 * Merges and writes back, unless nothing changed. Nothing is written where the result is not valid.
 *
 * @param declared the file as it is now
 */
export async function loadStoredTopology(store: TopologyStore, declared: Topology): Promise<StoredTopology> {
  for (let attempt = 0; attempt < MAX_RACES; attempt++) {
    const stored = await store.read();
    const { outcome, record } = merge(stored, declared);
    if (!record || (await store.write(record, stored?.version ?? 0))) return outcome;
  }
  throw new Error(
    'other processes keep changing the stored topology while this one is starting; start again',
  );
}

/** Pure. A record is there where one is to be written. */
function merge(
  stored: TopologyRecord | undefined,
  declared: Topology,
): { outcome: StoredTopology; record?: TopologyRecord } {
  const seed = toDocument(declared);
  if (!stored) {
    const outcome: StoredTopology = { result: 'fine', topology: declared, overridden: [] };
    return { outcome, record: { seed, current: seed, version: 1 } };
  }
  const [base, current] = [checkDocument(stored.seed), checkDocument(stored.current)];
  if (!base.topology || !current.topology) {
    return { outcome: { result: 'invalid', faults: [...base.faults, ...current.faults].filter(isError) } };
  }
  const { merged, overridden, faults, valid } = mergeTopologies(base.topology, declared, current.topology);
  if (!valid) return { outcome: { result: 'invalid', faults: faults.filter(isError) } };
  const outcome: StoredTopology = { result: 'fine', topology: merged, overridden };
  const record = { seed, current: toDocument(merged), version: stored.version + 1 };
  return sameJson(record.seed, stored.seed) && sameJson(record.current, stored.current)
    ? { outcome }
    : { outcome, record };
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
