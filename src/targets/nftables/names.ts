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

/** Node addresses, each with a port of the node and with whose it is. */
export function memberSet(family: Family): string {
  return `members${family}`;
}

/** VIP addresses whose flows are cut when their port leads elsewhere, or nowhere. */
export function flushSet(family: Family): string {
  return `flush${family}`;
}

/** Flows that are to be cut in conntrack, or were: protocol, VIP address, port and node address. */
export function cutSet(family: Family): string {
  return `cut${family}`;
}

/** In a comment of a cut: conntrack has yet to be told. */
export const CUT_PENDING = 'pending';
/** In a comment of a cut: conntrack has been told, and the node still drains. */
export const CUT_DONE = 'done';

/** Whose an element is. Ids have no slash, and 63 bytes at most: nft takes comments of up to 128. */
export function ownerComment(vip: string, node: string): string {
  return `${vip}/${node}`;
}

/** The mark of a table: a table that carries another one, or none, is somebody else's. */
export function tableComment(cluster: string): string {
  return `roomlb cluster ${cluster}`;
}
