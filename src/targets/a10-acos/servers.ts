/**
 * Real servers: "slb server", with every port that anything leads to. Health is the service group's to know
 * (groups.ts): a node's signalling port is behind a shared virtual port, where it is watched, and behind one
 * of its own, where it is not.
 */
import type { VirtualService } from '../../intent/model.ts';
import type { PortRange } from '../../topology/model.ts';
import { listPorts } from '../../topology/ports.ts';
import type { CarriedService } from '../dialect/carried.ts';
import type { Host } from '../dialect/hosts.ts';
import type { Block } from '../dialect/text.ts';
import { scaleWeights } from '../dialect/weights.ts';
import { isFlushed } from '../ipvs/destinations.ts';
import { FLUSH, type Names } from './names.ts';

/** "weight": 1 to 100 in every version. */
export const MAX_WEIGHT = 100;

interface Port {
  readonly port: number;
  readonly protocol: string;
  /** Null: one. */
  weight: number | null;
  flushed: boolean;
}

export function servers(
  services: readonly CarriedService[],
  hosts: ReadonlyMap<string, Host>,
  names: Names,
): Block[] {
  const ports = portsOf(services);
  return [...hosts.values()].map(({ node, address }) => ({
    head: `slb server ${names.server(node, address.family)} ${address.text}`,
    body: [
      // Else a server that answers no ping is down, with all of its ports.
      'health-check-disable',
      ...[...(ports.get(address.text)?.values() ?? [])].sort(byPort).map(portBlock),
    ],
  }));
}

function portBlock({ port, protocol, weight, flushed }: Port): Block {
  return {
    head: `port ${port} ${protocol}`,
    body: [
      ...(flushed ? [`template port ${FLUSH}`] : []),
      'health-check-disable',
      ...(weight === null ? [] : [`weight ${weight}`]),
      ...(flushed ? ['disable'] : []),
    ],
  };
}

function byPort(a: Port, b: Port): number {
  return a.port - b.port || (a.protocol < b.protocol ? -1 : 1);
}

/** Address → port and protocol → what it is. */
function portsOf(services: readonly CarriedService[]): Map<string, Map<string, Port>> {
  const all = new Map<string, Map<string, Port>>();
  for (const { service, fronts } of services) {
    const weights = weightsOf(service);
    for (const { address, member } of fronts.flatMap(({ members }) => members)) {
      const ports = all.get(address.text) ?? new Map<string, Port>();
      all.set(address.text, ports);
      for (const port of memberPorts(service, member.ports)) {
        const key = `${port} ${service.protocol}`;
        const known = ports.get(key) ?? { port, protocol: service.protocol, weight: null, flushed: false };
        ports.set(key, known);
        known.weight ??= weights?.get(member.node) ?? null;
        known.flushed ||= isFlushed(service, member);
      }
    }
  }
  return all;
}

function memberPorts({ role }: VirtualService, ports: PortRange): number[] {
  return role === 'media' ? listPorts(ports) : [ports.first];
}

/** Node → weight, of a shared service. A node of weight 0 is disabled in its group. */
function weightsOf({ role, members }: VirtualService): Map<string, number> | null {
  if (role !== 'signalling') return null;
  const { weights } = scaleWeights(
    members.map(({ weight }) => weight),
    MAX_WEIGHT,
  );
  return new Map(members.map(({ node }, i) => [node, Math.max(1, weights[i] ?? 1)]));
}
