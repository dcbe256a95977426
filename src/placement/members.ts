import { compareText } from '../topology/compare.ts';
import type { PlacementNode } from './algorithm.ts';
import { hash32 } from './hash.ts';

/**
 * The nodes that a table is made of, weight > 0 only, sorted by id: the order they were declared in must
 * not show in any answer.
 */
export function members(nodes: readonly PlacementNode[]): PlacementNode[] {
  return nodes.filter((node) => node.weight > 0).sort((a, b) => compareText(a.id, b.id));
}

/**
 * Yields hashes of an id without end: XXH32 with seed 0, 1, 2 …. For when a hash has to be unique among
 * nodes: whoever comes second (by id) takes its next one.
 */
export function* hashesOf(id: string): Generator<number, never> {
  for (let seed = 0; ; seed++) yield hash32(id, seed);
}
