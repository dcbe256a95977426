import ConsistentHash from 'consistent-hash';
import type { PlacementAlgorithm, PlacementNode, PlacementTable } from './algorithm.ts';
import { hashesOf, members } from './members.ts';

/**
 * A hash ring, the npm package `consistent-hash`: a key belongs to the node whose control point comes next
 * on the ring. Two things of the package's own would not do here, and both can be given from outside:
 *
 * - Its control points are random. Here they derive from the node's id, so that replicas agree.
 * - Its hash of names, a 24-bit PJW, is skewed for names that look alike, and the ring has but 100,003
 *   positions. Here the name it sees is a spelling of the well-mixed key, from which its PJW makes 24
 *   evenly spread bits, and the ring is wide enough for all of them (read in consistent-hash.js 1.2.2,
 *   `_pjwHash` and `_locate`).
 *
 * A node has 160 points times its weight over the mean weight, at least one. Weights being equal, nobody's
 * points depend on who else is there.
 */
export const ring: PlacementAlgorithm = {
  name: 'ring',
  build: (nodes) => new RingTable(nodes),
};

/** What libketama, and after it most rings, give to a node of mean weight. */
const POINTS = 160;

/** A prime above 2^24 · 32, the positions that the package can compute, so that its modulo changes none. */
const RANGE = 536_870_923;

class RingTable implements PlacementTable {
  readonly #size: number;
  readonly #ring = new ConsistentHash({ range: RANGE });

  constructor(nodes: readonly PlacementNode[]) {
    const sorted = members(nodes);
    this.#size = sorted.length;
    const totalWeight = sorted.reduce((sum, node) => sum + node.weight, 0);
    const taken = new Set<number>();
    for (const { id, weight } of sorted) {
      const count = Math.max(1, Math.round((POINTS * weight * sorted.length) / totalWeight));
      this.#ring.add(id, count, claimPoints(id, count, taken));
    }
    // The package sorts its points at the first look-up; let no caller wait for that.
    this.#ring.get('');
  }

  first(key: number): string | undefined {
    return this.#ring.get(spell(key)) ?? undefined;
  }

  /** The package lists the first n nodes anew for each n; doubling n keeps a long walk affordable. */
  *candidates(key: number): Generator<string, void> {
    const name = spell(key);
    let given = 0;
    for (let wanted = 1; given < this.#size; wanted *= 2) {
      const found = this.#ring.get(name, Math.min(wanted, this.#size)) ?? [];
      yield* found.slice(given);
      given = found.length;
    }
  }
}

/** The node's points: its first `count` hashes that no node before it has taken. */
function claimPoints(id: string, count: number, taken: Set<number>): number[] {
  const points: number[] = [];
  for (const hash of hashesOf(id)) {
    if (points.length === count) break;
    const point = hash % RANGE;
    if (taken.has(point)) continue;
    taken.add(point);
    points.push(point);
  }
  return points;
}

/**
 * Three characters of which PJW (`h = h · 16 + character`, folded beyond 24 bits, which these never reach)
 * makes exactly the key's upper 24 bits: 16 in the first, four in each of the others.
 */
function spell(key: number): string {
  return String.fromCharCode(key >>> 16, (key >>> 12) & 0xf, (key >>> 8) & 0xf);
}
