/** Who is told the way to a VIP, and while what holds. */
import type { IpAddress } from '../model.ts';

/** A router that balancers speak BGP with (RFC 4271). It learns the VIP's addresses of its own family. */
export interface Neighbor {
  readonly address: IpAddress;
  /** 1–4294967294, whole; equal to the balancers' own for iBGP. */
  readonly asn: number;
  /** The balancer's own address in the session; null: that of the interface towards the neighbor. */
  readonly source: IpAddress | null;
  /** Hops that it may be away (TTL), 2–255; null: on the same network. */
  readonly multihop: number | null;
  /** Loss of the neighbor is noticed by BFD (RFC 5880), in less than a second. */
  readonly bfd: boolean;
}

export interface Bgp {
  readonly asn: number;
  /** BGP identifier: an IPv4 address of the balancer; null: the daemon finds one. */
  readonly routerId: IpAddress | null;
  /** Seconds without a word of the neighbor after which the session is lost: 3–65535. */
  readonly holdTime: number;
  /** Sorted: IPv4 first, then by address. Never empty. */
  readonly neighbors: readonly Neighbor[];
}

/** A VIP is announced while enough of its members are usable. */
export interface Route {
  /** Share of the VIP's nodes, 0–1, below which it is withdrawn. */
  readonly watermark: number;
  /** Sorted by number; standard ones (RFC 1997): `65010:100`. */
  readonly communities: readonly string[];
  /** MULTI_EXIT_DISC (RFC 4271 section 5.1.4): of two ways, neighbors take the lower. Null: none is sent. */
  readonly med: number | null;
}

/**
 * Withdrawn only once nobody is left (of up to 100 nodes): as long as one room can be reached, a route leads
 * there, unless the operator has another site that should take over earlier.
 */
export const DEFAULT_WATERMARK = 0.01;

/** A balancer that died is noticed in 9 s; BFD does so faster. */
export const DEFAULT_HOLD_TIME = 9;

/** RFC 4271 section 4.2: zero or at least three seconds; 16 bits. */
export const MIN_HOLD_TIME = 3;
export const MAX_HOLD_TIME = 65_535;

/** RFC 6793 and RFC 7300: 0 and 4294967295 are no numbers of a speaker. */
export const MAX_ASN = 4_294_967_294;
/** RFC 7607, RFC 6793 section 9 and RFC 7300: reserved for what no speaker is. */
export const RESERVED_ASNS: readonly number[] = [23_456, 65_535];
