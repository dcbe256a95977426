import assert from 'node:assert/strict';
import { checkDocument } from '../../src/topology/document.ts';
import { formatFaults } from '../../src/topology/faults.ts';
import { DEFAULT_PLACEMENT } from '../../src/topology/defaults.ts';
import { DEFAULT_HEALTH } from '../../src/topology/health/config.ts';
import type { Topology } from '../../src/topology/model.ts';

/** Everything of a topology but its name, VIPs and nodes, as where the document says nothing of it. */
export const DEFAULTS = {
  placement: DEFAULT_PLACEMENT,
  health: DEFAULT_HEALTH,
  nodeRanges: null,
  bgp: null,
  pins: [],
  maintenance: [],
  balancers: [],
} as const satisfies Partial<Topology>;

/** The topology of a document that is fine; its cluster is `c` unless it says otherwise. */
export function topologyOf(document: object): Topology {
  const { topology, faults } = checkDocument({ cluster: 'c', ...document });
  assert.ok(topology, formatFaults(faults));
  return topology;
}
