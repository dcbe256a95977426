import assert from 'node:assert/strict';
import { checkDocument } from '../../src/topology/document.ts';
import { formatFaults } from '../../src/topology/faults.ts';
import type { Topology } from '../../src/topology/model.ts';

/** The topology of a document that is fine; its cluster is `c` unless it says otherwise. */
export function topologyOf(document: object): Topology {
  const { topology, faults } = checkDocument({ cluster: 'c', ...document });
  assert.ok(topology, formatFaults(faults));
  return topology;
}
