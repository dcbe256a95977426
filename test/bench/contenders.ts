/** Ways to get from a room's name to a node: ours, and the npm packages that one would else take. */
import ConsistentHash from 'consistent-hash';
import HashRing from 'hashring';
import type { PlacementTable } from '../../src/placement/algorithm.ts';
import { hashRoom } from '../../src/placement/hash.ts';
import { algorithm } from '../../src/placement/registry.ts';
import type { AlgorithmName } from '../../src/topology/model.ts';

export interface Contender {
  readonly name: string;
  readonly rival: boolean;
  /** The node of one room. */
  lookUp(room: string): string;
  /**
   * Looks up the rooms from one index up to another. Every contender has a loop of its own, because the
   * compiler would make one that all share slow for all. Returns a number that depends on every answer.
   */
  run(rooms: readonly string[], from: number, to: number): number;
}

export const TABLE_SIZE = 65_537;

export function contenders(nodes: number): Contender[] {
  const ids = Array.from({ length: nodes }, (_, i) => `sfu-${i + 1}`);
  return [maglev(ids), rendezvous(ids), ring(ids), consistentHash(ids), hashRing(ids)];
}

export function buildTable(name: AlgorithmName, ids: readonly string[]) {
  const nodes = ids.map((id) => ({ id, weight: 100, zone: null }));
  return algorithm(name).build(nodes, { tableSize: TABLE_SIZE });
}

/** @param loop written out where it is called, so that each algorithm has machine code of its own */
function own(
  name: AlgorithmName,
  ids: readonly string[],
  loop: (table: PlacementTable) => Contender['run'],
): Contender {
  const table = buildTable(name, ids);
  return { name, rival: false, lookUp: (room) => table.first(hashRoom(room)) ?? '', run: loop(table) };
}

function maglev(ids: readonly string[]): Contender {
  return own('maglev', ids, (table) => (rooms, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += table.first(hashRoom(rooms[i]!))!.length;
    return sum;
  });
}

function rendezvous(ids: readonly string[]): Contender {
  return own('rendezvous', ids, (table) => (rooms, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += table.first(hashRoom(rooms[i]!))!.length;
    return sum;
  });
}

function ring(ids: readonly string[]): Contender {
  return own('ring', ids, (table) => (rooms, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += table.first(hashRoom(rooms[i]!))!.length;
    return sum;
  });
}

/** As its Readme has it, with 160 points a node, and the wider range it recommends for many nodes. */
function consistentHash(ids: readonly string[]): Contender {
  const points = 160;
  const range = 100_003;
  const hash = new ConsistentHash({
    weight: points,
    ...(ids.length > range / points ? { range: 1_000_003 } : {}),
  });
  for (const id of ids) hash.add(id);
  return {
    name: 'consistent-hash (160 points)',
    rival: true,
    lookUp: (room) => hash.get(room) ?? '',
    run(rooms, from, to) {
      let sum = 0;
      for (let i = from; i < to; i++) sum += hash.get(rooms[i]!)!.length;
      return sum;
    },
  };
}

/** As its Readme has it: MD5, 160 points a node, and a cache of 5,000 names. */
function hashRing(ids: readonly string[]): Contender {
  const hash = new HashRing([...ids]);
  return {
    name: 'hashring',
    rival: true,
    lookUp: (room) => hash.get(room),
    run(rooms, from, to) {
      let sum = 0;
      for (let i = from; i < to; i++) sum += hash.get(rooms[i]!).length;
      return sum;
    },
  };
}
