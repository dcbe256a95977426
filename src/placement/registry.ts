import type { AlgorithmName } from '../topology/model.ts';
import type { PlacementAlgorithm } from './algorithm.ts';
import { maglev } from './maglev.ts';
import { rendezvous } from './rendezvous.ts';
import { ring } from './ring.ts';

/** Every algorithm that a topology can name. A new one is a file and a line here. */
export const ALGORITHMS_BY_NAME: Readonly<Record<AlgorithmName, PlacementAlgorithm>> = {
  maglev,
  rendezvous,
  ring,
};

/** Total: the name has been validated where the topology was parsed. */
export function algorithm(name: AlgorithmName): PlacementAlgorithm {
  return ALGORITHMS_BY_NAME[name];
}
