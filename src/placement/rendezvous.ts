import type { PlacementAlgorithm, PlacementNode, PlacementTable } from './algorithm.ts';
import { finalMix } from './hash.ts';
import { hashesOf, members } from './members.ts';

/**
 * Weighted rendezvous hashing (highest random weight). Every node draws for the key: u in (0, 1), from a
 * hash of key and node; its cost is −ln(u) / weight, and the order of preference is that of rising cost,
 * ties by id. The costs are exponentially distributed with rate `weight`, which makes each node first with
 * exactly the probability weight / total weight, and, a node being gone, leaves the order of the others as
 * it was: no method moves fewer rooms.
 *
 * No table, so a change costs nothing to apply; a look-up costs one pass over the nodes.
 */
export const rendezvous: PlacementAlgorithm = {
  name: 'rendezvous',
  build: (nodes) => new RendezvousTable(nodes),
};

/** Candidates that the first pass of `candidates()` is expected to find. */
const FIRST_BAND = 16;
/** How much wider each further pass looks. */
const BAND_GROWTH = 8;

/** Exported for Maglev, whose further candidates come in this order. */
export class RendezvousTable implements PlacementTable {
  readonly #ids: string[];
  /** No two alike, so no two nodes ever draw the same u for a key. */
  readonly #hashes: Int32Array;
  readonly #weights: Float64Array;
  readonly #totalWeight: number;

  constructor(nodes: readonly PlacementNode[]) {
    const sorted = members(nodes);
    this.#ids = sorted.map((node) => node.id);
    this.#hashes = Int32Array.from(distinctHashes(this.#ids));
    this.#weights = Float64Array.from(sorted, (node) => node.weight);
    this.#totalWeight = this.#weights.reduce((sum, weight) => sum + weight, 0);
  }

  first(key: number): string | undefined {
    const hashes = this.#hashes;
    const weights = this.#weights;
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < hashes.length; i++) {
      const weight = weights[i] ?? 0;
      const u = draw(key, hashes[i] ?? 0);
      // 1 − u < −ln(u): who loses by the left side loses by the right, and most need no logarithm.
      if (1 - u > least * weight) continue;
      const cost = -Math.log(u) / weight;
      if (cost < least) {
        least = cost;
        best = i;
      }
    }
    return this.#ids[best];
  }

  /**
   * Finds the candidates band by band of rising cost. About 16 nodes are expected in the first, so a walk
   * that ends early, as nearly all do, neither computes nor sorts the cost of every node.
   */
  *candidates(key: number): Generator<string, void> {
    let left = this.#ids.length;
    let above = 0;
    let upTo = FIRST_BAND / this.#totalWeight;
    while (left > 0) {
      const band = this.#band(key, above, upTo);
      for (const [, i] of band) yield this.#ids[i] ?? '';
      left -= band.length;
      above = upTo;
      upTo *= BAND_GROWTH;
    }
  }

  /** The nodes with above < cost ≤ upTo, as [cost, index], in order of preference. */
  #band(key: number, above: number, upTo: number): [number, number][] {
    const band: [number, number][] = [];
    for (let i = 0; i < this.#hashes.length; i++) {
      const weight = this.#weights[i] ?? 0;
      const u = draw(key, this.#hashes[i] ?? 0);
      if (1 - u > upTo * weight) continue;
      const cost = -Math.log(u) / weight;
      if (above < cost && cost <= upTo) band.push([cost, i]);
    }
    return band.sort(([costA, a], [costB, b]) => costA - costB || a - b);
  }
}

/** u for a key and a node: uniform over 2^32 values, symmetric in (0, 1), all exact in a double. */
function draw(key: number, nodeHash: number): number {
  return ((finalMix(key ^ nodeHash) >>> 0) + 0.5) / 0x1_0000_0000;
}

function distinctHashes(ids: readonly string[]): Set<number> {
  const taken = new Set<number>();
  for (const id of ids) {
    for (const hash of hashesOf(id)) {
      if (taken.has(hash)) continue;
      taken.add(hash);
      break;
    }
  }
  return taken;
}
