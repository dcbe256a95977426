import type { Census } from './panic.ts';
import type { NodeRecord } from './records.ts';
import { isBad } from './worst.ts';

/**
 * How many nodes are silent and how many answer, kept up to date change by change: with thousands of nodes, each
 * outcome may change it.
 */
export class Counts implements Census {
  silent = 0;
  answering = 0;

  add(node: NodeRecord): void {
    this.#count(node, 1);
  }

  /** Every change that `isSilent` could depend on goes through here. */
  change(node: NodeRecord, change: () => void): void {
    this.#count(node, -1);
    change();
    this.#count(node, 1);
  }

  #count(node: NodeRecord, by: 1 | -1): void {
    if (node.measured.state === 'unknown' || node.away) return;
    if (isSilent(node)) this.silent += by;
    else this.answering += by;
  }
}

/** Bad, and worse than is proven: a broken network would explain it. */
export function isSilent({ measured: { state, proven } }: NodeRecord): boolean {
  return isBad(state) && state !== proven;
}
