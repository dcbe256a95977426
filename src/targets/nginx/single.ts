/** Services of one member: a node's media ports, and its own signalling port. */
import type { Member, VirtualService } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import type { IpAddress } from '../../topology/model.ts';
import { addressFor, listenLine, serverBlock, type Block } from './listen.ts';

export function renderSingle(service: VirtualService): Block {
  const [member] = service.members;
  if (!member) return { lines: [], rules: [] };
  const ways = [...byDestination(service, member)];
  return {
    lines: ways.flatMap(([destination, vips]) => serverBlock(service, vips, [`proxy_pass ${destination};`])),
    rules: ways.flatMap(([destination, vips]) =>
      vips.map((vip) => ({
        key: `${service.id} ${vip.text}`,
        text: `${listenLine(service, vip)} proxy_pass ${destination};`,
        node: member.node,
      })),
    ),
  };
}

/** VIP addresses by where they lead: one destination, or one per family. */
function byDestination(service: VirtualService, member: Member): Map<string, IpAddress[]> {
  const ways = new Map<string, IpAddress[]>();
  for (const vip of service.addresses) {
    const to = addressFor(member, vip.family);
    if (!to) continue;
    const destination = formatEndpoint(to, destinationPort(service, member));
    ways.set(destination, [...(ways.get(destination) ?? []), vip]);
  }
  return ways;
}

/** A range keeps its ports: the one that the client came in by. An address needs no resolver for this. */
function destinationPort({ ports }: VirtualService, member: Member): number | string {
  return ports.first === ports.last ? member.ports.first : '$server_port';
}
