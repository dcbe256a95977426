import type { Node, Topology, Vip } from '../topology/model.ts';
import type { Pin } from '../topology/pins/pin.ts';

/**
 * What health checking says of a node. `unknown`: not probed yet, or nobody probes; it counts as up, so
 * that a cluster without health checks works.
 */
export type HealthState = 'up' | 'suspect' | 'down' | 'unknown';

/** What probes and the nodes themselves say. */
export interface Observed {
  /** A node that is absent counts as `unknown`. */
  readonly health: ReadonlyMap<string, HealthState>;
  /** Slow start: the share of its weight that a node has, 0.1 to 1 in tenths; all of it where it is absent. */
  readonly factors: ReadonlyMap<string, number>;
  /** Nodes that say that they are about to stop, or have said goodbye. */
  readonly leaving: ReadonlySet<string>;
  /** Of nodes that are down: media ports of workers which serve what lives on them all the same. */
  readonly serving: ReadonlyMap<string, ReadonlySet<number>>;
}

/** Declared topology and observed health together: all that placement and intent depend on. */
export interface ClusterView extends Observed {
  readonly topology: Topology;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly vips: ReadonlyMap<string, Vip>;
  /** By room. */
  readonly pins: ReadonlyMap<string, Pin>;
}

export function clusterView(
  topology: Topology,
  health: Observed['health'] = new Map(),
  { factors = new Map(), leaving = new Set(), serving = new Map() }: Partial<Observed> = {},
): ClusterView {
  return {
    topology,
    nodes: new Map(topology.nodes.map((node) => [node.id, node])),
    vips: new Map(topology.vips.map((vip) => [vip.id, vip])),
    pins: new Map(topology.pins.map((pin) => [pin.room, pin])),
    health,
    factors,
    leaving,
    serving,
  };
}

/** Why a node takes no new rooms, in words for people and scripts alike; undefined where it does. */
export function refusesNewRooms(view: ClusterView, node: Node): string | undefined {
  if (node.state !== 'active') return node.state;
  if (node.weight === 0) return 'weight 0';
  if (view.leaving.has(node.id)) return ABOUT_TO_STOP;
  const health = view.health.get(node.id);
  return health === 'suspect' || health === 'down' ? health : undefined;
}

/**
 * Why a node may not even keep a room that it has; undefined where it may.
 *
 * A node is as bad as the worst of its workers, since a new room may get any of them; but a room that lives has
 * one. So it stays on a node that is down for its other workers only. A claim that is not live yet leaves a node
 * that is about to stop, which would not open the room any more.
 *
 * @param livePort media port of the worker that the room lives on, as the node reports; undefined: it does not
 *   live there, as far as is known
 */
export function losesItsRooms(view: ClusterView, nodeId: string, livePort?: number): string | undefined {
  const node = view.nodes.get(nodeId);
  if (!node) return 'removed';
  if (node.state === 'disabled') return 'disabled';
  if (view.health.get(nodeId) === 'down') {
    return livePort !== undefined && view.serving.get(nodeId)?.has(livePort) ? undefined : 'down';
  }
  return livePort === undefined && view.leaving.has(nodeId) ? ABOUT_TO_STOP : undefined;
}

const ABOUT_TO_STOP = 'about to stop';

/** What a node weighs among others when new rooms are shared out; in tenths while any node starts slowly. */
export function shareOf(view: ClusterView, node: Node): number {
  if (view.factors.size === 0) return node.weight;
  return node.weight * Math.round((view.factors.get(node.id) ?? 1) * TENTHS);
}

const TENTHS = 10;
