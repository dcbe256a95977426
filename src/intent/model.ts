/**
 * The intent: what the L4 layer shall do, in no vendor's words. Targets turn it into text.
 * All lists are sorted, all numbers carry their unit in the comment, and nothing here is optional
 * by accident: `null` means "not asked for".
 */
import type {
  AdminState,
  DrainPolicy,
  ForwardingMode,
  IpAddress,
  PortRange,
  Protocol,
  TlsMode,
  Vrrp,
} from '../topology/model.ts';
import type { Bgp, Route } from '../topology/routing/routing.ts';

export type ServiceRole =
  /** One VIP port, many members; the engine chooses, unless the client names its node. */
  | 'signalling'
  /** One VIP port for one node's signalling (`signalling.ports`). */
  | 'node-signalling'
  /** The media ports of one node: a range with exactly one member. */
  | 'media';

/** How a client names the node it means, visibly to an engine that looks. */
export type Naming =
  /** The port says it all, or nothing does. */
  | { readonly by: 'none' }
  /** HTTP path `/n/<node>/…`; visible only where TLS is off or ends on the engine. */
  | { readonly by: 'path' }
  /** TLS server name `<node>.<domain>`. */
  | { readonly by: 'sni'; readonly domain: string };

/** How to ask a member whether it lives. */
export type Monitor =
  | { readonly kind: 'tcp'; readonly port: number }
  /** `GET path` on `port` answers 200. */
  | { readonly kind: 'http'; readonly port: number; readonly path: string };

export interface Member {
  /** Id of the node. */
  readonly node: string;
  /** At most one per family; sorted, IPv4 first. */
  readonly addresses: readonly IpAddress[];
  /** Same length as the service's range. Equal to it wherever nothing is translated (always, for media). */
  readonly ports: PortRange;
  /**
   * 0–255. In a shared service as the topology says, 0 for a draining node and one that is not well
   * (by-health.ts): no new connections by the engine's own choice; a client that names the node still
   * gets there (its room lives on that node), and existing connections go on. In a service of one member: 1, or 0 where a draining node's media
   * takes no new flows.
   */
  readonly weight: number;
  readonly state: AdminState;
  /** Null where the topology names nothing that could be asked (media over UDP only, no health port). */
  readonly monitor: Monitor | null;
  /** UDP port of the node that answers any STUN Binding request while the node is well, or null. */
  readonly stunPort: number | null;
}

export interface VirtualService {
  /** Unique and stable: `<vip>/signalling`, `<vip>/signalling/<node>`, `<vip>/media/<node>/<protocol>`. */
  readonly id: string;
  readonly vip: string;
  readonly role: ServiceRole;
  readonly protocol: Protocol;
  /** The VIP's, in the topology's order. */
  readonly addresses: readonly IpAddress[];
  readonly ports: PortRange;
  readonly forwarding: ForwardingMode;
  /** NAT only: rewrite the source as well. */
  readonly snat: boolean;
  /** `wrr`: by weight. `single`: there is but one member. */
  readonly scheduler: 'wrr' | 'single';
  /** Seconds for which a source address stays with its member, or null. */
  readonly persistence: number | null;
  readonly naming: Naming;
  readonly tls: TlsMode;
  /** PEM file on the balancer, where `tls` is `terminate`. */
  readonly certificate: string | null;
  /** Seconds. */
  readonly idleTimeout: number;
  readonly drain: DrainPolicy;
  /**
   * Sorted by node id. Never a disabled node; in a shared service, none that health takes out (by-health.ts). A
   * `media` service has one.
   */
  readonly members: readonly Member[];
}

/** What routers shall be told of a VIP now: see route.ts. */
export interface IntentRoute extends Route {
  readonly state: RouteState;
}

/** `leaving`: announced as a way that is about to go (RFC 8326), so that others are taken where there are some. */
export const ROUTE_STATES = ['announced', 'leaving', 'withdrawn'] as const;
export type RouteState = (typeof ROUTE_STATES)[number];

export interface IntentVip {
  readonly id: string;
  readonly addresses: readonly IpAddress[];
  readonly forwarding: ForwardingMode;
  readonly snat: boolean;
  readonly vrrp: Vrrp | null;
  /** Null: nobody announces it. */
  readonly route: IntentRoute | null;
}

export interface Intent {
  readonly cluster: string;
  /** 16 hex digits: a hash of everything else in here. Equal intents have equal revisions. */
  readonly revision: string;
  readonly bgp: Bgp | null;
  /** Sorted by id. */
  readonly vips: readonly IntentVip[];
  /** Sorted by VIP, then role (signalling, node-signalling, media), then port, then protocol. */
  readonly services: readonly VirtualService[];
}
