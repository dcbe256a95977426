/**
 * The topology: what an operator declares. Parsed, checked, defaults filled in, sorted by id, so that
 * two files that mean the same give the same value. Everything downstream is a pure function of this
 * (and of observed health).
 */

import type { Balancer } from './balancers/balancer.ts';
import type { Bgp, Route } from './routing/routing.ts';
import type { HealthConfig } from './health/config.ts';
import type { MaintenanceWindow } from './maintenance/window.ts';
import type { Pin } from './pins/pin.ts';

export const ALGORITHMS = ['maglev', 'rendezvous', 'ring'] as const;
export type AlgorithmName = (typeof ALGORITHMS)[number];

export const FORWARDING_MODES = ['nat', 'dsr', 'tunnel'] as const;
export type ForwardingMode = (typeof FORWARDING_MODES)[number];

export const NODE_KINDS = ['mediasoup', 'janus'] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

export const ADMIN_STATES = ['active', 'draining', 'disabled'] as const;
export type AdminState = (typeof ADMIN_STATES)[number];

export const DRAIN_POLICIES = ['keep-flows', 'flush'] as const;
export type DrainPolicy = (typeof DRAIN_POLICIES)[number];

export const PROTOCOLS = ['udp', 'tcp'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** `off`: plain ws://. `passthrough`: TLS ends on the node. `terminate`: TLS ends on the balancer. */
export const TLS_MODES = ['off', 'passthrough', 'terminate'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

/** A parsed address; `text` is canonical (RFC 5952 for IPv6), so equal addresses are equal strings. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly text: string;
}

/** Inclusive on both ends; a single port has `first === last`. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface Placement {
  readonly algorithm: AlgorithmName;
  /** Rows of the Maglev table, a prime. */
  readonly tableSize: number;
  /** c of bounded load, ≥ 1; `null` where the operator switched the bound off (`loadBound: off`). */
  readonly loadBound: number | null;
  /** How many rooms of lost nodes move to one node in a second by themselves; `null`: they move when asked for. */
  readonly movesPerSecond: number | null;
}

export interface Signalling {
  /** The shared VIP port, where any member may answer. */
  readonly port: number | null;
  /** One VIP port per node; see `nodeSignallingPort()`. */
  readonly ports: PortRange | null;
  /** Nodes are reached as `<node>.<domain>` by SNI. */
  readonly domain: string | null;
  /** Public DNS name of the VIP, for URLs; the first address stands in where there is none. */
  readonly host: string | null;
  readonly tls: TlsMode;
  /** PEM file on the balancer (certificate, chain, key); set exactly when `tls` is `terminate`. */
  readonly certificate: string | null;
  /** Seconds. */
  readonly idleTimeout: number;
  /** Seconds for which a source address stays with its member; `null` for none. */
  readonly persistence: number | null;
}

export interface Media {
  /** Sorted: udp before tcp. */
  readonly protocols: readonly Protocol[];
  readonly ports: PortRange;
  /** Seconds. */
  readonly idleTimeout: number;
  readonly drain: DrainPolicy;
}

export interface Vrrp {
  readonly interface: string;
  readonly routerId: number;
  readonly priority: number;
  /** Seconds. */
  readonly advertInterval: number;
  readonly source: IpAddress | null;
  readonly peers: readonly IpAddress[];
}

export interface Vip {
  readonly id: string;
  /** Order kept as declared: the first is the one that URLs name. */
  readonly addresses: readonly IpAddress[];
  readonly forwarding: ForwardingMode;
  /** NAT only: also rewrite the source (one-arm), for nodes whose route back misses the balancer. */
  readonly snat: boolean;
  readonly signalling: Signalling | null;
  readonly media: Media | null;
  readonly vrrp: Vrrp | null;
  /** Null: nobody announces it. */
  readonly route: Route | null;
}

export interface Node {
  readonly id: string;
  readonly kind: NodeKind;
  /** Id of the VIP it stands behind. */
  readonly vip: string;
  /** Order kept as declared. */
  readonly addresses: readonly IpAddress[];
  readonly zone: string | null;
  /** 0–255. */
  readonly weight: number;
  readonly signallingPort: number | null;
  /** The document names no signalling port: it follows the VIP's shared one. */
  readonly inheritsSignallingPort: boolean;
  /** One per media worker, unique behind the VIP; `null` where the VIP carries no media. */
  readonly mediaPorts: PortRange | null;
  /** Where the node answers `GET /health`; `null`: monitors fall back to a TCP connect. */
  readonly healthPort: number | null;
  /** UDP port where the node answers any STUN Binding request while it is well; `null`: no such port. */
  readonly stunPort: number | null;
  readonly state: AdminState;
}

export interface Topology {
  readonly cluster: string;
  readonly placement: Placement;
  /** Sorted by id. */
  readonly vips: readonly Vip[];
  /** Sorted by id. */
  readonly nodes: readonly Node[];
  /** Where addresses of nodes may be: canonical CIDR texts in the order of the document; null: anywhere. */
  readonly nodeRanges: readonly string[] | null;
  readonly health: HealthConfig;
  /** Null: routes of VIPs are announced without BGP, or not at all. */
  readonly bgp: Bgp | null;
  /** Sorted by room. */
  readonly pins: readonly Pin[];
  /** Sorted by id. */
  readonly maintenance: readonly MaintenanceWindow[];
  /** Sorted by id. */
  readonly balancers: readonly Balancer[];
}
