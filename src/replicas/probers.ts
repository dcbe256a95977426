import { RendezvousTable } from '../placement/rendezvous.ts';
import { hashRoom } from '../placement/hash.ts';

/**
 * Which replicas probe a node: the first `count` of those alive, by rendezvous hashing, so that a replica that comes or
 * goes changes as few as can be. Pure: all who see the same replicas name the same ones.
 */
export class Probers {
  readonly #table: RendezvousTable;
  readonly #count: number;

  /** @param replicas ids of those alive */
  constructor(replicas: readonly string[], count: number) {
    this.#table = new RendezvousTable(replicas.map((id) => ({ id, zone: null, weight: 1 })));
    this.#count = count;
  }

  /** Fewer than `count` where there are fewer replicas. */
  of(node: string): string[] {
    const chosen: string[] = [];
    for (const replica of this.#table.candidates(hashRoom(node))) {
      if (chosen.length === this.#count) break;
      chosen.push(replica);
    }
    return chosen;
  }
}
