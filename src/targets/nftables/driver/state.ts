import type { Table } from '../table.ts';

/** What the driver compares. */
export interface NftablesState {
  /** The comment by which a table of this name is known as RoomLB's. */
  readonly mark: string;
  /** Null where there is none. */
  readonly table: Table | null;
}

export type NftablesAction =
  /** One transaction of `nft -f`. */
  | { readonly do: 'load'; readonly script: string }
  /** Delete what conntrack knows of these flows. */
  | { readonly do: 'cut'; readonly flows: readonly FlowsToCut[] };

/** Flows of one protocol from one VIP address to one node. */
export interface FlowsToCut {
  readonly protocol: string;
  readonly vip: string;
  readonly node: string;
  /** The VIP's, ascending. */
  readonly ports: readonly number[];
}
