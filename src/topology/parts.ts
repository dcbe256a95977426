import type { Balancer } from './balancers/balancer.ts';
import type { MaintenanceWindow } from './maintenance/window.ts';
import type { Node, Placement, Topology, Vip } from './model.ts';
import type { Pin } from './pins/pin.ts';
import type { Path } from './problems.ts';
import type { Bgp } from './routing/routing.ts';

/** An entity and where it stands in the document. */
export interface Located<T> {
  readonly path: Path;
  readonly value: T;
  /** Whether all of it could be read; otherwise some of it is a stand-in, and not to be judged. */
  readonly sound: boolean;
}

/** A topology before it is known to be one. Entities in the order of the document. */
export interface Parts {
  readonly placement: Placement;
  readonly bgp: Bgp | null;
  readonly vips: readonly Located<Vip>[];
  readonly nodes: readonly Located<Node>[];
  readonly nodeRanges: readonly string[] | null;
  /** Whether every VIP's id could be read, so that an id that is not there is known to be wrong. */
  readonly vipsKnown: boolean;
  /** The same of nodes. */
  readonly nodesKnown: boolean;
  readonly pins: readonly Located<Pin>[];
  readonly maintenance: readonly Located<MaintenanceWindow>[];
  readonly balancers: readonly Located<Balancer>[];
}

/** A topology that need only be checked for what holds between its parts. */
export function partsOf(topology: Topology): Parts {
  return {
    placement: topology.placement,
    bgp: topology.bgp,
    vips: located('vips', topology.vips),
    nodes: located('nodes', topology.nodes),
    nodeRanges: topology.nodeRanges,
    vipsKnown: true,
    nodesKnown: true,
    pins: located('pins', topology.pins),
    maintenance: located('maintenance', topology.maintenance),
    balancers: located('balancers', topology.balancers),
  };
}

function located<T>(key: string, values: readonly T[]): Located<T>[] {
  return values.map((value, index) => ({ path: [key, index], value, sound: true }));
}

/** Where the entity's n-th address stands; the list as a whole where some could not be read. */
export function addressPath({ path, sound }: Located<unknown>, index: number): Path {
  return sound ? [...path, 'addresses', index] : [...path, 'addresses'];
}
