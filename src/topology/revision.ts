import { createHash } from 'node:crypto';
import { toDocument } from './format.ts';
import type { Topology } from './model.ts';

const known = new WeakMap<Topology, string>();

/**
 * 16 hex digits of SHA-256 over the topology's document as JSON: the same on every replica, and another one
 * whenever anything that was declared changes. (The revision of the intent stays where rules stay: it says
 * nothing of zones, kinds, placement or disabled nodes.)
 */
export function topologyRevision(topology: Topology): string {
  let revision = known.get(topology);
  if (revision === undefined) {
    const text = JSON.stringify(toDocument(topology));
    revision = createHash('sha256').update(text).digest('hex').slice(0, 16);
    known.set(topology, revision);
  }
  return revision;
}
