/**
 * Reference vectors: what the model says of a few clusters and rooms, kept in vectors.json so that neither
 * the model nor the implementation can change its mind unnoticed. Other implementations may use them too.
 *
 * `node --import tsx test/placement/vectors.ts` writes the file anew. A change in it moves rooms of running
 * clusters: it belongs into the changelog.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import xxhash from 'xxhash-wasm';
import type { PlacementNode } from '../../src/placement/algorithm.ts';
import { ALGORITHMS, type AlgorithmName } from '../../src/topology/model.ts';
import { cluster } from './clusters.ts';
import { model } from './model.ts';

export interface Vector {
  algorithm: AlgorithmName;
  tableSize: number;
  nodes: PlacementNode[];
  /** Room → every candidate, best first. */
  orders: Record<string, string[]>;
}

export interface Vectors {
  /** Room → key. */
  keys: Record<string, number>;
  vectors: Vector[];
}

const FILE = fileURLToPath(new URL('vectors.json', import.meta.url));

const ROOMS = [
  'standup',
  'room-1',
  'room-2',
  'a',
  'weekly/2026-01',
  'Raum Österreich',
  '회의실',
  '🎥',
  'x'.repeat(256),
];

const CLUSTERS: { tableSize: number; nodes: PlacementNode[] }[] = [
  { tableSize: 65_537, nodes: [] },
  { tableSize: 65_537, nodes: cluster(1) },
  { tableSize: 65_537, nodes: cluster(5) },
  { tableSize: 251, nodes: cluster(7, [100, 50, 255, 1, 0]) },
  { tableSize: 5, nodes: cluster(12, [10, 20]) },
];

export function readVectors(): Vectors {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Vectors;
}

export async function makeVectors(): Promise<Vectors> {
  const oracle = await xxhash();
  const vectors = CLUSTERS.flatMap(({ tableSize, nodes }) =>
    ALGORITHMS.map((algorithm): Vector => {
      const order = model(algorithm, nodes, tableSize);
      const orders = Object.fromEntries(ROOMS.map((room) => [room, order(room)]));
      return { algorithm, tableSize, nodes, orders };
    }),
  );
  return { keys: Object.fromEntries(ROOMS.map((room) => [room, oracle.h32(room, 0)])), vectors };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(FILE, `${JSON.stringify(await makeVectors(), null, 1)}\n`);
}
