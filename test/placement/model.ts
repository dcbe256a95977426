/**
 * The three algorithms once more, as plainly as they can be told: whole lists, BigInt arithmetic, another
 * implementation of XXH32. Slow, and shares nothing with src/placement but the shape of a node.
 */
import xxhash from 'xxhash-wasm';
import type { PlacementNode } from '../../src/placement/algorithm.ts';
import type { AlgorithmName } from '../../src/topology/model.ts';

const oracle = await xxhash();

function h32(text: string, seed: number): number {
  return oracle.h32(text, seed);
}

/** Every candidate for a room, best first. */
export type Order = (room: string) => string[];

export function model(algorithm: AlgorithmName, nodes: readonly PlacementNode[], tableSize: number): Order {
  const sorted = nodes.filter((node) => node.weight > 0).sort((a, b) => (a.id < b.id ? -1 : 1));
  switch (algorithm) {
    case 'maglev':
      return maglev(sorted, tableSize);
    case 'rendezvous':
      return rendezvous(sorted);
    case 'ring':
      return ring(sorted);
  }
}

/** Each round, each node whose turn it is takes the next row of its permutation that is free. */
function maglev(nodes: readonly PlacementNode[], size: number): Order {
  const rows = new Map<number, string>();
  const heaviest = Math.max(...nodes.map((node) => node.weight));
  const permutations = nodes.map(({ id }) =>
    permutation(h32(id, 0) % size, (h32(id, 1) % (size - 1)) + 1, size),
  );
  const turns = nodes.map(() => 0);
  for (let round = 0; nodes.length > 0 && rows.size < size; round++) {
    nodes.forEach((node, i) => {
      // After r rounds a node has had a turn for each time that r · weight has reached another heaviest.
      const due = Math.floor((round * node.weight) / heaviest) + 1;
      const turn = turns[i]!;
      if (turn === due || rows.size === size) return;
      turns[i] = turn + 1;
      for (const row of permutations[i]!) {
        if (rows.has(row)) continue;
        rows.set(row, node.id);
        return;
      }
    });
  }
  const others = rendezvous(nodes);
  return (room) => {
    const first = rows.get(Number((BigInt(h32(room, 0)) * BigInt(size)) >> 32n));
    return first === undefined ? [] : [first, ...others(room).filter((id) => id !== first)];
  };
}

/** Can be walked on from where the last walk stopped. */
function permutation(offset: number, skip: number, size: number): { [Symbol.iterator](): Iterator<number> } {
  let j = 0;
  const next = () => ({ value: (offset + j++ * skip) % size });
  return { [Symbol.iterator]: () => ({ next }) };
}

/** Every node draws u; the order is by −ln(u) / weight. */
function rendezvous(nodes: readonly PlacementNode[]): Order {
  const hashes = new Map<string, number>();
  for (const { id } of nodes) {
    let seed = 0;
    while ([...hashes.values()].includes(h32(id, seed))) seed++;
    hashes.set(id, h32(id, seed));
  }
  return (room) => {
    const cost = ({ id, weight }: PlacementNode) =>
      -Math.log((avalanche(h32(room, 0) ^ hashes.get(id)!) + 0.5) / 2 ** 32) / weight;
    return [...nodes].sort((a, b) => cost(a) - cost(b)).map((node) => node.id);
  };
}

/** The last step of XXH32, by the book: doc/xxhash_spec.md, "Final mix (avalanche)". */
function avalanche(value: number): number {
  let h = BigInt.asUintN(32, BigInt(value));
  h = BigInt.asUintN(32, (h ^ (h >> 15n)) * 0x85ebca77n);
  h = BigInt.asUintN(32, (h ^ (h >> 13n)) * 0xc2b2ae3dn);
  return Number(h ^ (h >> 16n));
}

/** Walks the points of all nodes round the ring from where the room lies, and notes each new node. */
function ring(nodes: readonly PlacementNode[]): Order {
  const total = nodes.reduce((sum, node) => sum + node.weight, 0);
  const owners = new Map<number, string>();
  for (const { id, weight } of nodes) {
    const wanted = Math.max(1, Math.round((160 * weight * nodes.length) / total));
    let own = 0;
    for (let seed = 0; own < wanted; seed++) {
      const point = h32(id, seed) % 536_870_923;
      if (owners.has(point)) continue;
      owners.set(point, id);
      own++;
    }
  }
  const points = [...owners.keys()].sort((a, b) => a - b);
  return (room) => {
    const position = Math.floor(h32(room, 0) / 256) * 32;
    const after = points.filter((point) => point >= position);
    const before = points.filter((point) => point < position);
    return [...new Set([...after, ...before].map((point) => owners.get(point)!))];
  };
}
