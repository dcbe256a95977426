/**
 * Names of nft objects. An nft identifier is a letter, `_` or `.`, then letters, digits, `_`, `.`, `-` and
 * `/` (nftables src/scanner.l, `string`), of at most 255 bytes (NFT_NAME_MAXLEN). So a cluster's id fits as
 * it is behind a prefix, and two clusters never get the same table.
 */
import type { IpAddress, Protocol } from '../../topology/model.ts';

export type Family = IpAddress['family'];

export const FAMILIES: readonly Family[] = [4, 6];

/** The table that belongs to roomlb, in family `inet`: it holds all that roomlb says. */
export function tableName(cluster: string): string {
  return `roomlb_${cluster}`;
}

/** VIP address and media ports to node address. */
export function mediaMap(protocol: Protocol, family: Family): string {
  return `media_${protocol}${family}`;
}

/** VIP address and a node's own signalling port to node address and port. */
export function signallingMap(family: Family): string {
  return `signalling_tcp${family}`;
}

/** The conntrack timeout object of this many seconds. */
export function timeoutName(protocol: Protocol, seconds: number): string {
  return `${protocol}_${seconds}`;
}

/** The keyword for packets of this family: in `ip daddr`, `dnat ip to`. */
export function ipKeyword(family: Family): string {
  return family === 4 ? 'ip' : 'ip6';
}
