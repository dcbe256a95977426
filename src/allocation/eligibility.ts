import { refusesNewRooms, shareOf, type ClusterView } from '../cluster/view.ts';
import type { NodeKind } from '../topology/model.ts';

/** Hard wishes: a node that does not meet them cannot have the room at all. */
export interface Constraints {
  readonly nodeKind: NodeKind | null;
  readonly vip: string | null;
}

/** Which nodes may take a new room under given constraints, and what they weigh together. */
export interface EligibleSet {
  /** Node id → why it refuses; a node that is absent from it accepts. */
  readonly refusals: ReadonlyMap<string, string>;
  readonly accepting: readonly string[];
  /** As `shareOf()` weighs them. */
  readonly totalWeight: number;
}

export function eligibleSet(view: ClusterView, constraints: Constraints): EligibleSet {
  const refusals = new Map<string, string>();
  const accepting: string[] = [];
  let totalWeight = 0;
  for (const node of view.topology.nodes) {
    const reason =
      constraints.nodeKind !== null && node.kind !== constraints.nodeKind
        ? `is ${node.kind}, not ${constraints.nodeKind}`
        : constraints.vip !== null && node.vip !== constraints.vip
          ? `is behind VIP ${node.vip}, not ${constraints.vip}`
          : refusesNewRooms(view, node);
    if (reason !== undefined) {
      refusals.set(node.id, reason);
    } else {
      accepting.push(node.id);
      totalWeight += shareOf(view, node);
    }
  }
  return { refusals, accepting, totalWeight };
}
