import type { AlgorithmName } from '../topology/model.ts';

/** What placement knows of a node. The topology's `Node` is one. */
export interface PlacementNode {
  /** Unique among the nodes of a table. */
  readonly id: string;
  /** A whole number, 0–255. 0: not in the table at all. */
  readonly weight: number;
  readonly zone: string | null;
}

/**
 * Which nodes a key prefers, in order. Built over every declared node, whatever its administrative state
 * or health: those that take no rooms are passed over at look-up. So a node that begins to drain, or turns
 * suspect, changes the answer for its own rooms and for no others.
 *
 * A key is `hashRoom(room)`.
 */
export interface PlacementTable {
  /** The key's first choice; undefined when there is no node of weight > 0. */
  first(key: number): string | undefined;
  /** Every node of weight > 0, each exactly once, the first choice first. Lazy: taking one costs one. */
  candidates(key: number): Iterable<string>;
}

export interface TableOptions {
  /** Rows of the Maglev table, a prime; the other algorithms have no rows. */
  readonly tableSize: number;
}

/**
 * One way to put nodes into an order of preference per key. Pure: equal nodes, in whatever order they come,
 * give tables with equal answers, on every machine.
 */
export interface PlacementAlgorithm {
  readonly name: AlgorithmName;
  build(nodes: readonly PlacementNode[], options: TableOptions): PlacementTable;
}
