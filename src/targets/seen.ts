/**
 * What a device's running configuration says, in no vendor's words: the way back from text. It goes as far as
 * the dialect's reader goes; lines that it did not understand are named one by one.
 */
import type { Monitor, ServiceRole } from '../intent/model.ts';
import type { ForwardingMode, IpAddress, PortRange, Protocol, TlsMode } from '../topology/model.ts';

export interface Seen {
  /** In the file's order. */
  readonly services: readonly SeenService[];
  readonly vrrp: readonly SeenVrrp[];
  /** In the file's order. */
  readonly unread: readonly Unread[];
}

/** Ports of one address and protocol, with those behind them. */
export interface SeenService {
  /** Where it begins, from 1. */
  readonly line: number;
  /** Id of the VIP, where the device's names tell it. */
  readonly vip: string | null;
  readonly address: IpAddress;
  readonly protocol: Protocol;
  readonly ports: PortRange;
  readonly forwarding: ForwardingMode;
  readonly snat: boolean;
  /** Seconds for which a source stays with its member, or null. */
  readonly persistence: number | null;
  /** Seconds, or null where the configuration does not say. */
  readonly idleTimeout: number | null;
  /** Null where the device does not look that far. */
  readonly tls: TlsMode | null;
  readonly certificate: string | null;
  /** Nodes are told apart by the server name `<node>.<domain>`. */
  readonly domain: string | null;
  /** What it is for, where the device's names tell it. */
  readonly role: ServiceRole | null;
  readonly members: readonly SeenMember[];
}

export interface SeenMember {
  readonly line: number;
  /** Id of the node, where the device's names tell it. */
  readonly node: string | null;
  readonly address: IpAddress;
  /** Null: the one that the client chose. */
  readonly port: number | null;
  /** Null where the configuration does not say. */
  readonly weight: number | null;
  /** Takes new connections. */
  readonly usable: boolean;
  readonly monitor: Monitor | null;
  /** UDP port that is asked by STUN, or null. */
  readonly stunPort: number | null;
}

/** An address that several devices share by VRRP or HSRP. */
export interface SeenVrrp {
  readonly line: number;
  readonly addresses: readonly IpAddress[];
  readonly interface: string;
  readonly routerId: number;
  readonly priority: number;
  /** Seconds. */
  readonly advertInterval: number;
}

/** A line that says nothing to the reader. */
export interface Unread {
  readonly line: number;
  /** As it stands there, without its indent. */
  readonly text: string;
  /** Why, where it is known: `a service by firewall mark has no address`. */
  readonly why: string | null;
}

type Needed<T, K extends keyof T> = Pick<T, K> & Partial<T>;

/** A service of which the device says no more than this. */
export function service(said: Needed<SeenService, 'line' | 'address' | 'protocol' | 'ports'>): SeenService {
  return {
    vip: null,
    forwarding: 'nat',
    snat: false,
    persistence: null,
    idleTimeout: null,
    tls: null,
    certificate: null,
    domain: null,
    role: null,
    members: [],
    ...said,
  };
}

/** A member of which the device says no more than this. */
export function member(said: Needed<SeenMember, 'line' | 'address' | 'port'>): SeenMember {
  return { node: null, weight: null, usable: true, monitor: null, stunPort: null, ...said };
}
