import type { Node, Topology, Vip } from '../topology/model.ts';

/**
 * What health checking says of a node. `unknown`: not probed yet, or nobody probes; it counts as up, so
 * that a cluster without health checks works.
 */
export type HealthState = 'up' | 'suspect' | 'down' | 'unknown';

/** Declared topology and observed health together: all that placement and intent depend on. */
export interface ClusterView {
  readonly topology: Topology;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly vips: ReadonlyMap<string, Vip>;
  /** A node that is absent counts as `unknown`. */
  readonly health: ReadonlyMap<string, HealthState>;
}

export function clusterView(
  topology: Topology,
  health: ReadonlyMap<string, HealthState> = new Map(),
): ClusterView {
  return {
    topology,
    nodes: new Map(topology.nodes.map((node) => [node.id, node])),
    vips: new Map(topology.vips.map((vip) => [vip.id, vip])),
    health,
  };
}

/** Why a node takes no new rooms, in words for people and scripts alike; undefined where it does. */
export function refusesNewRooms(view: ClusterView, node: Node): string | undefined {
  if (node.state !== 'active') return node.state;
  if (node.weight === 0) return 'weight 0';
  const health = view.health.get(node.id);
  return health === 'suspect' || health === 'down' ? health : undefined;
}

/** Why a node may not even keep the rooms it has; undefined where it may. */
export function losesItsRooms(view: ClusterView, nodeId: string): string | undefined {
  const node = view.nodes.get(nodeId);
  if (!node) return 'removed';
  if (node.state === 'disabled') return 'disabled';
  return view.health.get(nodeId) === 'down' ? 'down' : undefined;
}
