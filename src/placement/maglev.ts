import type { PlacementAlgorithm, PlacementNode, PlacementTable, TableOptions } from './algorithm.ts';
import { hash32 } from './hash.ts';
import { members } from './members.ts';
import { RendezvousTable } from './rendezvous.ts';

/**
 * Maglev hashing (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016,
 * section 3.4): every node has its own permutation of the rows of a table, and the nodes take turns at
 * claiming the next free row of theirs until the table is full. A look-up reads one row.
 *
 * Weights set how often a node has its turn, as in Envoy (source/common/upstream/maglev_lb.cc): the heaviest
 * in every round, one of half its weight in every second, all of them in the first. With n nodes of total
 * weight W, a node of weight w so holds more than (rows − n)·w/W − 1 and at most rows·w/W + 2 rows.
 *
 * The table knows only a key's first choice. The further candidates follow in weighted rendezvous order,
 * computed when somebody asks.
 */
export const maglev: PlacementAlgorithm = {
  name: 'maglev',
  build: (nodes, options) => new MaglevTable(nodes, options),
};

/** Seeds of the two hashes that fix a node's permutation. */
const OFFSET_SEED = 0;
const SKIP_SEED = 1;

/** Marks a row that nobody has claimed yet; no index of a node reaches it. */
const FREE = 0xffff;

class MaglevTable implements PlacementTable {
  readonly #ids: string[];
  /** Row → index in `#ids`. */
  readonly #rows: Uint16Array;
  /** key · scale runs over the rows evenly. */
  readonly #scale: number;
  readonly #order: RendezvousTable;

  /** @throws RangeError where the table size is not a prime, or there are more nodes than 65,535. */
  constructor(nodes: readonly PlacementNode[], { tableSize }: TableOptions) {
    const sorted = members(nodes);
    if (sorted.length > FREE) throw new RangeError(`maglev holds ${FREE} nodes, not ${sorted.length}`);
    if (!isPrime(tableSize)) throw new RangeError(`the maglev table size ${tableSize} is not a prime`);
    this.#ids = sorted.map((node) => node.id);
    this.#rows = populate(sorted, tableSize);
    this.#scale = tableSize / 0x1_0000_0000;
    this.#order = new RendezvousTable(sorted);
  }

  first(key: number): string | undefined {
    return this.#ids[this.#rows[Math.floor(key * this.#scale)] ?? FREE];
  }

  *candidates(key: number): Generator<string, void> {
    const first = this.first(key);
    if (first === undefined) return;
    yield first;
    for (const id of this.#order.candidates(key)) if (id !== first) yield id;
  }
}

/** Fills the table. Rows hold indexes into `nodes`. */
function populate(nodes: readonly PlacementNode[], size: number): Uint16Array {
  const rows = new Uint16Array(size).fill(FREE);
  const heaviest = nodes.reduce((most, node) => Math.max(most, node.weight), 0);
  const weights = Uint16Array.from(nodes, (node) => node.weight);
  // A node walks its permutation from `position` in steps of `skip`; the size being prime, it meets every row.
  const position = Int32Array.from(nodes, (node) => hash32(node.id, OFFSET_SEED) % size);
  const skip = Int32Array.from(nodes, (node) => (hash32(node.id, SKIP_SEED) % (size - 1)) + 1);
  // A node's credit grows by its weight in each round; a turn costs the heaviest weight.
  const credit = weights.map((weight) => heaviest - weight);
  let free = nodes.length > 0 ? size : 0;
  while (free > 0) {
    for (let i = 0; i < weights.length && free > 0; i++) {
      const funds = (credit[i] ?? 0) + (weights[i] ?? 0);
      if (funds < heaviest) {
        credit[i] = funds;
        continue;
      }
      credit[i] = funds - heaviest;
      const step = (skip[i] ?? 0) - size;
      let row = position[i] ?? 0;
      while (rows[row] !== FREE) {
        row += step;
        // Back into the table where that went below 0. No branch: it would be mispredicted every other time.
        row += size & (row >> 31);
      }
      rows[row] = i;
      position[i] = row;
      free--;
    }
  }
  return rows;
}

function isPrime(n: number): boolean {
  if (!Number.isInteger(n) || n < 2) return false;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}
