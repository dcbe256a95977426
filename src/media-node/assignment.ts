/** A node's share of the topology, and what follows from it. Pure; dispatchers use `assignmentOf()` as well. */
import type { Topology } from '../topology/model.ts';
import { parseAddress } from '../topology/address.ts';
import { listPorts } from '../topology/ports.ts';
import { MAX_WORKERS, type Assignment } from './protocol.ts';

/** Why a node of the topology cannot be run as a media node. */
export class AssignmentError extends Error {
  override readonly name = 'AssignmentError';
  constructor(
    readonly fault: 'unknown-node' | 'wrong-kind' | 'no-media',
    message: string,
  ) {
    super(message);
  }
}

/** @throws AssignmentError */
export function assignmentOf(topology: Topology, nodeId: string): Assignment {
  const node = topology.nodes.find(({ id }) => id === nodeId);
  const vip = topology.vips.find(({ id }) => id === node?.vip);
  if (!node || !vip) throw new AssignmentError('unknown-node', `the topology has no node ${nodeId}`);
  if (node.kind !== 'mediasoup') {
    throw new AssignmentError('wrong-kind', `node ${nodeId} is of kind ${node.kind}, not mediasoup`);
  }
  if (!node.mediaPorts || !vip.media) {
    throw new AssignmentError('no-media', `node ${nodeId} has no mediaPorts, or VIP ${vip.id} no media`);
  }
  const workers = node.mediaPorts.last - node.mediaPorts.first + 1;
  if (workers > MAX_WORKERS) {
    const message = `node ${nodeId} has ${workers} mediaPorts; a node runs at most ${MAX_WORKERS} workers`;
    throw new AssignmentError('no-media', message);
  }
  return {
    cluster: topology.cluster,
    node: node.id,
    state: node.state,
    vip: { id: vip.id, addresses: vip.addresses.map(({ text }) => text), forwarding: vip.forwarding },
    addresses: node.addresses.map(({ text }) => text),
    protocols: [...vip.media.protocols],
    mediaPorts: { ...node.mediaPorts },
    signallingPort: node.signallingPort,
    tls: vip.signalling?.tls ?? 'off',
    healthPort: node.healthPort,
    stunPort: node.stunPort,
  };
}

/** One per worker, ascending. */
export function mediaPorts(assignment: Assignment): number[] {
  return listPorts(assignment.mediaPorts);
}

/** Whether packets arrive with the VIP as their destination, so that sockets have to listen on it. */
function listensOnVip({ vip }: Assignment): boolean {
  return vip.forwarding !== 'nat';
}

function familyOf(address: string): 4 | 6 | undefined {
  return parseAddress(address)?.family;
}

/** VIP addresses that lead to this node: those of a family that it has an address of. */
export function vipAddresses(assignment: Assignment): string[] {
  const families = new Set(assignment.addresses.map(familyOf));
  return assignment.vip.addresses.filter((address) => families.has(familyOf(address)));
}

/**
 * Addresses to listen on for anything but media. With direct server return and tunnels the VIP itself too:
 * a socket on a wildcard address would answer from the wrong one.
 */
export function listenAddresses(assignment: Assignment): string[] {
  return [...assignment.addresses, ...(listensOnVip(assignment) ? vipAddresses(assignment) : [])];
}

/** One of mediasoup's `listenInfos`. */
export interface MediaListen {
  readonly protocol: 'udp' | 'tcp';
  readonly ip: string;
  readonly announcedAddress?: string;
  readonly port: number;
  readonly flags: { readonly ipv6Only: boolean };
}

/**
 * Sockets of one worker, UDP first. The VIP is what clients are told in every case: where the VIP is
 * translated to the node's address, that address announces it; where it is not, the worker listens on the VIP,
 * and on its own address for probes only (`clientCandidates()` keeps that one from clients).
 */
export function mediaListens(assignment: Assignment, port: number): MediaListen[] {
  const vips = vipAddresses(assignment);
  return assignment.protocols.flatMap((protocol) => {
    const own = assignment.addresses.flatMap((ip): MediaListen[] => {
      const family = familyOf(ip);
      const announced = vips.find((vip) => familyOf(vip) === family);
      if (announced === undefined) return [];
      const announce = listensOnVip(assignment) ? {} : { announcedAddress: announced };
      return [{ protocol, ip, ...announce, port, flags: { ipv6Only: family === 6 } }];
    });
    const direct = (listensOnVip(assignment) ? vips : []).map((ip): MediaListen => {
      return { protocol, ip, port, flags: { ipv6Only: familyOf(ip) === 6 } };
    });
    return [...direct, ...own];
  });
}

/** Where a worker answers probes that do not come through the VIP. */
export function directAddress(assignment: Assignment): string | undefined {
  return mediaListens(assignment, 0).find(({ ip }) => assignment.addresses.includes(ip))?.ip;
}

interface Candidate {
  readonly address: string;
  readonly protocol: string;
  readonly port: number;
}

/** The ICE candidates that a client is told: on the VIP, each once. */
export function clientCandidates<T extends Candidate>(assignment: Assignment, candidates: readonly T[]): T[] {
  const seen = new Set<string>();
  return candidates.filter(({ address, protocol, port }) => {
    const key = `${protocol} ${address} ${port}`;
    if (seen.has(key) || !assignment.vip.addresses.includes(address)) return false;
    seen.add(key);
    return true;
  });
}
