/** What is probed: one address and port by one check, on behalf of one node. Made by `plan.ts` and nowhere else. */
import { formatEndpoint } from '../topology/address.ts';
import type { IpAddress, Protocol } from '../topology/model.ts';
import type { Effect } from '../topology/health/config.ts';

interface EndpointBase {
  /** Unique, stable while what is probed stays the same: state is kept under it. */
  readonly id: string;
  readonly node: string;
  /** Milliseconds between two probes. */
  readonly interval: number;
  /** Milliseconds to wait for an answer. */
  readonly timeout: number;
  readonly effect: Effect;
}

interface Addressed extends EndpointBase {
  readonly address: IpAddress;
  readonly port: number;
}

/** A worker's media port at the node's own address. */
export interface StunEndpoint extends Addressed {
  readonly check: 'stun';
  readonly transport: Protocol;
}

/** The same worker's media port at an address of its VIP. */
export interface VipStunEndpoint extends Addressed {
  readonly check: 'vip-stun';
  readonly transport: Protocol;
  /** Id of the VIP. */
  readonly vip: string;
}

export interface TcpEndpoint extends Addressed {
  readonly check: 'tcp';
}

/** Where and how to ask by HTTP. */
export interface HttpAccess {
  /** TLS by `host` (SNI and certificate); `insecure`: whoever answers is believed. */
  readonly tls: 'off' | 'verify' | 'insecure';
  /** Host header; null: the address and port. */
  readonly host: string | null;
  readonly path: string;
}

export interface HttpEndpoint extends Addressed, HttpAccess {
  readonly check: 'http';
  /** Fine answers; empty: 200–299. */
  readonly status: readonly number[];
  /** Text that the body must contain within its first 64 KiB; null for any body. */
  readonly body: string | null;
}

export interface JanusAdmin {
  readonly port: number;
  readonly path: string;
  /** File that holds the secret: secrets themselves never stand in a topology. */
  readonly secretFile: string;
}

export interface JanusEndpoint extends Addressed, HttpAccess {
  readonly check: 'janus';
  /** The admin API, for the load; null: not asked. */
  readonly admin: JanusAdmin | null;
}

/** Nothing is sent: the age of the node's last heartbeat is looked at. */
export interface HeartbeatEndpoint extends EndpointBase {
  readonly check: 'heartbeat';
  /** Milliseconds after which a heartbeat is missed. */
  readonly maxAge: number;
}

export type Endpoint =
  StunEndpoint | VipStunEndpoint | TcpEndpoint | HttpEndpoint | JanusEndpoint | HeartbeatEndpoint;

export type EndpointOf<C extends Endpoint['check']> = Extract<Endpoint, { check: C }>;

/** Where it is sent to, for people: `127.0.0.1:40000/udp`; null where nothing is sent. */
export function targetOf(endpoint: Endpoint): string | null {
  if (endpoint.check === 'heartbeat') return null;
  const transport = 'transport' in endpoint ? endpoint.transport : 'tcp';
  return `${formatEndpoint(endpoint.address, endpoint.port)}/${transport}`;
}
