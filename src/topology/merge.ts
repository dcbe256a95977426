/**
 * The topology file and the edits that REST stored, put together after the file has changed. The file is
 * the operator's word: where it changed an entity since it was last taken in, it wins; everywhere else
 * what REST stored stays.
 */
import { isDeepStrictEqual } from 'node:util';
import { compareText } from './compare.ts';
import { isError, type Fault } from './faults.ts';
import { inheritPort } from './inherit.ts';
import type { Node, Topology } from './model.ts';
import { validateTopology } from './validate.ts';

export interface MergedEntity {
  readonly kind:
    'cluster' | 'placement' | 'vip' | 'node' | 'health' | 'bgp' | 'pin' | 'maintenance' | 'balancer';
  /** The id of a VIP, node, window or balancer; the room of a pin; the kind again for the others. */
  readonly id: string;
}

export interface Merge {
  /** Sorted as every topology. Not to be used where `faults` holds an error; see `faults`. */
  readonly merged: Topology;
  /** Where file and store both changed an entity, differently: the store's edit was given up. */
  readonly overridden: readonly MergedEntity[];
  /**
   * Each side was valid, but together they may not be: a node that REST added behind a VIP that the file
   * took away, or two that now have one media port.
   */
  readonly faults: readonly Fault[];
  readonly valid: boolean;
}

/**
 * Three-way merge, an entity at a time; pure. `base` is the file as it was when it was last taken in,
 * `declared` the file as it is, `stored` what the store holds.
 */
export function mergeTopologies(base: Topology, declared: Topology, stored: Topology): Merge {
  const overridden: MergedEntity[] = [];
  const pick = <T>(kind: MergedEntity['kind'], id: string, was: T, file: T, store: T): T => {
    if (isDeepStrictEqual(was, file)) return store;
    if (!isDeepStrictEqual(was, store) && !isDeepStrictEqual(file, store)) overridden.push({ kind, id });
    return file;
  };
  const pickBy = <T>(
    kind: MergedEntity['kind'],
    listOf: (topology: Topology) => readonly T[],
    idOf: (entity: T) => string,
  ): T[] => {
    const [was, file, store] = [base, declared, stored].map(
      (topology) => new Map(listOf(topology).map((entity) => [idOf(entity), entity])),
    ) as [Map<string, T>, Map<string, T>, Map<string, T>];
    const ids = [...new Set([...was.keys(), ...file.keys(), ...store.keys()])].sort(compareText);
    return ids.flatMap((id) => pick(kind, id, was.get(id), file.get(id), store.get(id)) ?? []);
  };
  const pickAll = <T extends { readonly id: string }>(
    kind: 'vip' | 'node' | 'maintenance' | 'balancer',
    listOf: (topology: Topology) => readonly T[],
  ): T[] => pickBy(kind, listOf, ({ id }) => id);
  const vips = pickAll('vip', (topology) => topology.vips);
  const byId = new Map(vips.map((vip) => [vip.id, vip]));
  const merged: Topology = {
    cluster: pick('cluster', 'cluster', base.cluster, declared.cluster, stored.cluster),
    placement: pick('placement', 'placement', base.placement, declared.placement, stored.placement),
    vips,
    nodes: pickAll('node', ({ nodes }) => nodes.map(asDeclared)).map((node) => inheritPort(node, byId)),
    nodeRanges: pick('cluster', 'nodeRanges', base.nodeRanges, declared.nodeRanges, stored.nodeRanges),
    health: pick('health', 'health', base.health, declared.health, stored.health),
    bgp: pick('bgp', 'bgp', base.bgp, declared.bgp, stored.bgp),
    pins: pickBy(
      'pin',
      ({ pins }) => pins,
      ({ room }) => room,
    ),
    maintenance: pickAll('maintenance', ({ maintenance }) => maintenance),
    balancers: pickAll('balancer', ({ balancers }) => balancers),
  };
  const faults = validateTopology(merged);
  return { merged, overridden, faults, valid: !faults.some(isError) };
}

/** Without what it has from its VIP: a change there is none of the node. */
function asDeclared(node: Node): Node {
  return node.inheritsSignallingPort ? { ...node, signallingPort: null } : node;
}
