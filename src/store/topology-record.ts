import type { TopologyRecord } from './store.ts';

/** The record as JSON. Throws a RangeError where its version doesn't follow the expected one. */
export function encodeRecord(record: TopologyRecord, expectedVersion: number): string {
  const { seed, current, version } = record;
  if (!Number.isSafeInteger(version) || version <= expectedVersion) {
    throw new RangeError(`version ${version} of the topology doesn't follow version ${expectedVersion}`);
  }
  return JSON.stringify({ seed, current, version });
}

/** Reads what `encodeRecord` wrote; undefined in, undefined out. */
export function decodeRecord(json: string | undefined): TopologyRecord | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as TopologyRecord);
}
