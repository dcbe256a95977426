/** Clusters for the tests of placement. */
import fc from 'fast-check';
import { clusterView, type ClusterView, type HealthState } from '../../src/cluster/view.ts';
import type { PlacementNode } from '../../src/placement/algorithm.ts';
import { hashRoom } from '../../src/placement/hash.ts';
import type { AlgorithmName, Node } from '../../src/topology/model.ts';
import { DEFAULTS } from '../topology/topology-of.ts';

export const TABLE_SIZE = 65_537;

/** `sfu-1` … `sfu-<count>`, of the weights and zones given, over and over. */
export function cluster(
  count: number,
  weights: readonly number[] = [100],
  zones: readonly (string | null)[] = [null],
): PlacementNode[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `sfu-${i + 1}`,
    weight: weights[i % weights.length]!,
    zone: zones[i % zones.length]!,
  }));
}

export function roomNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `room-${i}`);
}

export function roomKeys(count: number): number[] {
  return roomNames(count).map(hashRoom);
}

export function totalWeight(nodes: readonly PlacementNode[]): number {
  return nodes.reduce((sum, node) => sum + node.weight, 0);
}

export function byId(nodes: readonly PlacementNode[]): Map<string, PlacementNode> {
  return new Map(nodes.map((node) => [node.id, node]));
}

export function count<T>(values: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Up to eight nodes, of any weight and awkward ids; possibly none that counts. */
export const clusters: fc.Arbitrary<PlacementNode[]> = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,20}$/),
    weight: fc.oneof(fc.constantFrom(0, 1, 100, 255), fc.integer({ min: 0, max: 255 })),
    zone: fc.constantFrom('a', 'b', null),
  }),
  { selector: (node) => node.id, maxLength: 8 },
);

/** A cluster view of nodes that differ in what placement looks at, and in nothing else. */
export function viewOf(
  algorithm: AlgorithmName,
  nodes: readonly (PlacementNode & Partial<Node>)[],
  health: ReadonlyMap<string, HealthState> = new Map(),
): ClusterView {
  const topologyNodes = nodes.map((node): Node => ({
    kind: 'mediasoup',
    vip: 'public',
    addresses: [],
    signallingPort: null,
    inheritsSignallingPort: true,
    mediaPorts: null,
    healthPort: null,
    stunPort: null,
    state: 'active',
    ...node,
  }));
  const placement = { algorithm, tableSize: TABLE_SIZE, loadBound: null, movesPerSecond: null };
  return clusterView({ cluster: 'test', ...DEFAULTS, placement, vips: [], nodes: topologyNodes }, health);
}
