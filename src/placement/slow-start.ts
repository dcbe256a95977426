import { hash32 } from './hash.ts';

/** Keeps what is admitted apart from what is placed, which has seed 0. */
const SEED = 0x51_0e_57_a7;
const TWO_TO_32 = 2 ** 32;

/**
 * Whether a node that came back takes this room yet, of which it takes a share for now; why not, otherwise.
 * Which rooms these are follows from node and room, so that every dispatcher picks the same; a room that it takes
 * at one share it takes at every greater one. The table of preferences stays as it is: no other room is moved
 * about by a node's coming back, and nothing is built anew at each step.
 *
 * @param factor the share, 0–1
 */
export function defersTo(node: string, room: string, factor: number): string | undefined {
  const admitted = hash32(room, hash32(node, SEED)) < factor * TWO_TO_32;
  return admitted ? undefined : `comes back slowly: takes ${Math.round(factor * 100)} % of its rooms for now`;
}
