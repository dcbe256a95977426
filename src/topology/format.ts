/** From a topology back to a document: reading what is written here gives an equal topology. */
import { stringify } from 'yaml';
import { toBalancerDocument } from './balancers/format.ts';
import { toHealthDocument } from './health/format.ts';
import { toWindowDocument } from './maintenance/format.ts';
import { toPinDocument } from './pins/format.ts';
import { toBgpDocument, toRouteDocument } from './routing/format.ts';
import type { IpAddress, Media, Node, Placement, Signalling, Topology, Vip, Vrrp } from './model.ts';
import { formatPorts } from './ports.ts';
import type { FullTopologyDocument, NodeDocument, PlacementDocument, VipDocument } from './schema.ts';
import { formatDuration } from './values.ts';

/**
 * Plain data for JSON or YAML. Every default is written out; what is absent in the model is absent, and so is
 * what follows from elsewhere in the document.
 */
export function toDocument(topology: Topology): FullTopologyDocument {
  return {
    cluster: topology.cluster,
    placement: toPlacementDocument(topology.placement),
    vips: topology.vips.map(toVipDocument),
    nodes: topology.nodes.map(toNodeDocument),
    ...(topology.nodeRanges && { nodeRanges: [...topology.nodeRanges] }),
    health: toHealthDocument(topology.health),
    ...(topology.bgp && { bgp: toBgpDocument(topology.bgp) }),
    ...(topology.pins.length > 0 && { pins: topology.pins.map(toPinDocument) }),
    ...(topology.maintenance.length > 0 && { maintenance: topology.maintenance.map(toWindowDocument) }),
    ...(topology.balancers.length > 0 && { balancers: topology.balancers.map(toBalancerDocument) }),
  };
}

/** The document as YAML. */
export function formatTopology(topology: Topology): string {
  return stringify(toDocument(topology), { lineWidth: 0, aliasDuplicateObjects: false });
}

export function toPlacementDocument(placement: Placement): PlacementDocument {
  const { algorithm, tableSize, loadBound, movesPerSecond } = placement;
  return { algorithm, tableSize, loadBound: loadBound ?? 'off', movesPerSecond: movesPerSecond ?? 'off' };
}

export function toVipDocument(vip: Vip): VipDocument {
  return {
    id: vip.id,
    addresses: vip.addresses.map(textOf),
    forwarding: vip.forwarding,
    snat: vip.snat,
    ...(vip.signalling && { signalling: toSignalling(vip.signalling) }),
    ...(vip.media && { media: toMedia(vip.media) }),
    ...(vip.vrrp && { vrrp: toVrrp(vip.vrrp) }),
    ...(vip.route && { route: toRouteDocument(vip.route) }),
  };
}

export function toNodeDocument(node: Node): NodeDocument {
  const { id, kind, vip, addresses, zone, weight, mediaPorts, healthPort, stunPort, state } = node;
  const signallingPort = node.inheritsSignallingPort ? null : node.signallingPort;
  return {
    id,
    kind,
    vip,
    addresses: addresses.map(textOf),
    ...(zone !== null && { zone }),
    weight,
    ...(signallingPort !== null && { signallingPort }),
    ...(mediaPorts && { mediaPorts: formatPorts(mediaPorts) }),
    ...(healthPort !== null && { healthPort }),
    ...(stunPort !== null && { stunPort }),
    state,
  };
}

function toSignalling(signalling: Signalling): NonNullable<VipDocument['signalling']> {
  const { port, ports, domain, host, tls, certificate, idleTimeout, persistence } = signalling;
  return {
    ...(port !== null && { port }),
    ...(ports && { ports: formatPorts(ports) }),
    ...(domain !== null && { domain }),
    ...(host !== null && { host }),
    tls,
    ...(certificate !== null && { certificate }),
    idleTimeout: formatDuration(idleTimeout),
    ...(persistence !== null && { persistence: formatDuration(persistence) }),
  };
}

function toMedia({ protocols, ports, idleTimeout, drain }: Media): NonNullable<VipDocument['media']> {
  return {
    protocols: [...protocols],
    ports: formatPorts(ports),
    idleTimeout: formatDuration(idleTimeout),
    drain,
  };
}

function toVrrp(vrrp: Vrrp): NonNullable<VipDocument['vrrp']> {
  const { interface: device, routerId, priority, advertInterval, source, peers } = vrrp;
  return {
    interface: device,
    routerId,
    priority,
    advertInterval: formatDuration(advertInterval),
    ...(source && { source: source.text }),
    ...(peers.length > 0 && { peers: peers.map(textOf) }),
  };
}

function textOf({ text }: IpAddress): string {
  return text;
}
