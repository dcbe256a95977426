/** What the detector knows, noted down so that a restart of the dispatcher forgets none of it. */
import type { NoteStore } from '../store/store.ts';
import { readSnapshot, SnapshotError, type DetectorSnapshot } from './detector/snapshot.ts';

const NAME = 'health';

export interface StoredHealth {
  readonly snapshot: DetectorSnapshot | undefined;
  /** Why what was stored cannot be used, if it cannot. */
  readonly fault?: string;
}

/** Rejects where the store cannot be read. */
export async function readHealthNote(notes: NoteStore): Promise<StoredHealth> {
  const stored = await notes.read(NAME);
  if (stored === undefined) return { snapshot: undefined };
  try {
    return { snapshot: readSnapshot(stored) };
  } catch (error) {
    if (error instanceof SnapshotError) return { snapshot: undefined, fault: error.message };
    throw error;
  }
}

export function writeHealthNote(notes: NoteStore, snapshot: DetectorSnapshot): Promise<void> {
  return notes.write(NAME, snapshot);
}

/** Nodes that are known to send heartbeats. */
export function senders({ nodes }: DetectorSnapshot): string[] {
  return Object.entries(nodes).flatMap(([id, { checks }]) => {
    const heartbeats = Object.entries(checks).filter(([check]) => /^[^/]+\/heartbeat(#\d+)?$/.test(check));
    return heartbeats.some(([, { state }]) => state !== 'unknown') ? [id] : [];
  });
}
