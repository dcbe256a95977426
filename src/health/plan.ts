/**
 * From the topology to what is probed. Pure, and the only place where endpoints are made: nothing that is not in
 * the topology is ever sent to. Disabled nodes are left alone; draining ones are probed, since their rooms go on.
 */
import type { IpAddress, Node, Protocol, Topology, Vip } from '../topology/model.ts';
import { listPorts } from '../topology/ports.ts';
import {
  DEFAULT_CHECKS,
  JANUS_PORT,
  VIP_STUN_INTERVAL,
  type Check,
  type HealthConfig,
  type HeartbeatCheck,
  type HttpCheck,
  type JanusCheck,
  type StunCheck,
  type TcpCheck,
} from '../topology/health/config.ts';
import type { Endpoint } from './endpoint.ts';

export interface Plan {
  /** Sorted as nodes are, then as checks. */
  readonly endpoints: readonly Endpoint[];
  /** Checks that the topology asks for and that fit none of its nodes, each in a sentence. */
  readonly notes: readonly string[];
}

/** Nothing is planned where `health.enabled` is false. */
export function planProbes(topology: Topology, config: HealthConfig): Plan {
  if (!config.enabled) return { endpoints: [], notes: [] };
  const vips = new Map(topology.vips.map((vip) => [vip.id, vip]));
  const checks = labelled(config.checks ?? DEFAULT_CHECKS);
  const unused = new Set(checks);
  const endpoints: Endpoint[] = [];
  for (const node of topology.nodes) {
    const vip = vips.get(node.vip);
    if (node.state === 'disabled' || !vip) continue;
    for (const each of checks) {
      if (config.checks === null && !isDefaultFor(node, each.check)) continue;
      const made = endpointsOf(each, node, vip, config);
      if (made.length > 0) unused.delete(each);
      endpoints.push(...made);
    }
  }
  const notes = config.checks === null || topology.nodes.length === 0 ? [] : [...unused].map(noteOf);
  return { endpoints, notes };
}

interface Labelled {
  readonly check: Check;
  /** The type, with a number from the second of one type on: `http#2`. */
  readonly label: string;
}

function labelled(checks: readonly Check[]): Labelled[] {
  const seen = new Map<string, number>();
  return checks.map((check) => {
    const count = (seen.get(check.type) ?? 0) + 1;
    seen.set(check.type, count);
    return { check, label: count === 1 ? check.type : `${check.type}#${count}` };
  });
}

/** A node that tells its health by HTTP is not asked for a mere connection too, unless the topology says so. */
function isDefaultFor(node: Node, { type }: Check): boolean {
  return type !== 'tcp' || node.healthPort === null;
}

const FITS: Readonly<Record<Check['type'], string>> = {
  stun: 'it needs nodes of kind mediasoup with mediaPorts, and a transport that their VIP carries',
  'vip-stun': 'it needs nodes of kind mediasoup with mediaPorts, and a transport that their VIP carries',
  heartbeat: 'only nodes of kind mediasoup send heartbeats',
  janus: 'it needs nodes of kind janus',
  http: 'it needs a port of its own, or nodes with a healthPort',
  tcp: 'it needs a port of its own, or nodes with a signallingPort',
};

function noteOf({ check, label }: Labelled): string {
  return `the check ${label} fits no node: ${FITS[check.type]}`;
}

function endpointsOf({ check, label }: Labelled, node: Node, vip: Vip, config: HealthConfig): Endpoint[] {
  const base = {
    node: node.id,
    interval: check.interval ?? config.interval,
    timeout: check.timeout ?? config.timeout,
    effect: check.effect,
  };
  const [address] = node.addresses;
  if (!address) return [];
  const scope = { base, label, node, vip, address };
  switch (check.type) {
    case 'stun':
      return stunEndpoints(check, scope);
    case 'vip-stun':
      return vipStunEndpoints(check, scope);
    case 'heartbeat':
      return heartbeatEndpoints(check, scope);
    case 'tcp':
      return tcpEndpoints(check, scope);
    case 'http':
      return httpEndpoints(check, scope);
    case 'janus':
      return janusEndpoints(check, scope);
  }
}

interface Scope {
  readonly base: Pick<Endpoint, 'node' | 'interval' | 'timeout' | 'effect'>;
  readonly label: string;
  readonly node: Node;
  readonly vip: Vip;
  /** The node's first. */
  readonly address: IpAddress;
}

/** Ports and transports of the node's workers; none where it has no workers that answer STUN. */
function workersOf(
  { node, vip }: Scope,
  transports: readonly Protocol[],
): { port: number; transport: Protocol }[] {
  const { mediaPorts } = node;
  const { media } = vip;
  if (node.kind !== 'mediasoup' || !mediaPorts || !media) return [];
  const carried = transports.filter((transport) => media.protocols.includes(transport));
  return listPorts(mediaPorts).flatMap((port) => carried.map((transport) => ({ port, transport })));
}

function stunEndpoints(check: StunCheck, scope: Scope): Endpoint[] {
  const { base, label, vip, address } = scope;
  const one: Protocol = vip.media?.protocols.includes('udp') ? 'udp' : 'tcp';
  return workersOf(scope, check.transports ?? [one]).map(({ port, transport }) => {
    const id = `${base.node}/${label}/${transport}/${address.text}/${port}`;
    return { ...base, id, check: 'stun', transport, address, port };
  });
}

/** By every address of the VIP that a balancer can lead to this node: of a family that the node has. */
function vipStunEndpoints(check: StunCheck, scope: Scope): Endpoint[] {
  const { base, label, node, vip } = scope;
  const interval = check.interval ?? Math.max(base.interval, VIP_STUN_INTERVAL);
  const families = new Set(node.addresses.map(({ family }) => family));
  const addresses = vip.addresses.filter(({ family }) => families.has(family));
  return workersOf(scope, check.transports ?? vip.media?.protocols ?? []).flatMap(({ port, transport }) =>
    addresses.map((address): Endpoint => {
      const id = `${base.node}/${label}/${transport}/${address.text}/${port}`;
      return { ...base, id, interval, check: 'vip-stun', transport, vip: vip.id, address, port };
    }),
  );
}

function heartbeatEndpoints(check: HeartbeatCheck, { base, label, node }: Scope): Endpoint[] {
  if (node.kind !== 'mediasoup') return [];
  const maxAge = check.maxAge ?? base.interval * 2.5;
  return [{ ...base, id: `${base.node}/${label}`, check: 'heartbeat', maxAge }];
}

function tcpEndpoints(check: TcpCheck, { base, label, node, address }: Scope): Endpoint[] {
  const port = check.port ?? node.signallingPort;
  if (port === null) return [];
  return [{ ...base, id: `${base.node}/${label}/${address.text}/${port}`, check: 'tcp', address, port }];
}

function httpEndpoints(check: HttpCheck, { base, label, node, address }: Scope): Endpoint[] {
  const port = check.port ?? node.healthPort;
  if (port === null) return [];
  const { tls, host, path, status, body } = check;
  const id = `${base.node}/${label}/${address.text}/${port}`;
  return [{ ...base, id, check: 'http', address, port, tls, host, path, status, body }];
}

function janusEndpoints(check: JanusCheck, { base, label, node, address }: Scope): Endpoint[] {
  if (node.kind !== 'janus') return [];
  const port = check.port ?? JANUS_PORT;
  const { tls, host, path, adminPort, adminPath, adminSecretFile } = check;
  const admin =
    adminSecretFile === null ? null : { port: adminPort, path: adminPath, secretFile: adminSecretFile };
  const id = `${base.node}/${label}/${address.text}/${port}`;
  return [{ ...base, id, check: 'janus', address, port, tls, host, path, admin }];
}
