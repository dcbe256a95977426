import type { ClusterView } from '../cluster/view.ts';
import type { PlacementNode, PlacementTable } from './algorithm.ts';
import { algorithm } from './registry.ts';

/** What `place()` needs of a cluster. */
export interface ClusterPlacement {
  readonly table: PlacementTable;
  readonly nodes: ReadonlyMap<string, PlacementNode>;
}

/**
 * Builds the table that a cluster's rooms are placed by: over every declared node of weight > 0, whatever
 * its administrative state and health. It depends on the topology alone, so a caller that keeps it needs to
 * build anew only when that changes.
 */
export function placementFor(view: ClusterView): ClusterPlacement {
  const { placement, nodes } = view.topology;
  return { table: algorithm(placement.algorithm).build(nodes, placement), nodes: view.nodes };
}
