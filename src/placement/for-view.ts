import { isDeepStrictEqual } from 'node:util';
import type { ClusterView } from '../cluster/view.ts';
import type { PlacementNode, PlacementTable } from './algorithm.ts';
import type { Placement } from '../topology/model.ts';
import { algorithm } from './registry.ts';

/** What `place()` needs of a cluster. */
export interface ClusterPlacement {
  readonly table: PlacementTable;
  readonly nodes: ReadonlyMap<string, PlacementNode>;
  /** What the table was built with. */
  readonly options: Placement;
}

/**
 * The table that a cluster's rooms are placed by: over every declared node of weight > 0, whatever its
 * administrative state and health. It depends on weights and algorithm alone.
 *
 * @param last an earlier one, whose table is kept where it would come out the same: most changes of a view are
 *   of health
 */
export function placementFor(view: ClusterView, last?: ClusterPlacement): ClusterPlacement {
  const { placement, nodes } = view.topology;
  const table =
    last && isDeepStrictEqual(last.options, placement) && sameWeights(last.nodes, view.nodes)
      ? last.table
      : algorithm(placement.algorithm).build(nodes, placement);
  return { table, nodes: view.nodes, options: placement };
}

function sameWeights(a: ClusterPlacement['nodes'], b: ClusterPlacement['nodes']): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [id, { weight }] of a) if (b.get(id)?.weight !== weight) return false;
  return true;
}
