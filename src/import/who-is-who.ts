/**
 * Which addresses are one VIP, and which are one node. Names tell where RoomLB gave them. Beyond that: a node
 * stands behind one VIP, so addresses that lead to the same node are one VIP; so are those that one VRRP group
 * holds; an IPv4 and an IPv6 address
 * with the very same ports are, too; and what a port leads to in both families is one node.
 */
import { compareText } from '../topology/compare.ts';
import { formatPorts } from '../topology/ports.ts';
import type { Seen, SeenMember, SeenService } from '../targets/seen.ts';
import { Groups } from './groups.ts';

export interface WhoIsWho {
  readonly vipOf: (service: SeenService) => string;
  readonly nodeOf: (member: SeenMember) => string;
}

export function whoIsWho({ services, vrrp }: Pick<Seen, 'services' | 'vrrp'>): WhoIsWho {
  const vips = new Groups();
  const nodes = new Groups();
  const members = services.flatMap((service) => service.members);
  const named = nodesAt(members);
  const keyOf = ({ node, address }: SeenMember): string => {
    const only = named.get(address.text);
    return node !== null ? `n:${node}` : only?.size === 1 ? `n:${[...only][0]}` : `z:${address.text}`;
  };
  const vipKey = ({ address }: SeenService): string => `z:${address.text}`;
  for (const service of services) {
    if (service.vip !== null) vips.join(vipKey(service), `n:${service.vip}`);
    for (const member of service.members) vips.join(vipKey(service), `m:${keyOf(member)}`);
  }
  for (const { addresses, interface: device, routerId } of vrrp)
    for (const { text } of addresses) vips.join(`z:${text}`, `v:${device} ${routerId}`);
  pairFamilies(services, (service) => vips.find(vipKey(service)), vips);
  const vipOf = (service: SeenService) => vips.find(vipKey(service));
  pairNodes(services, vipOf, keyOf, nodes);
  return { vipOf, nodeOf: (member) => nodes.find(keyOf(member)) };
}

/** The ids that members at an address have. */
function nodesAt(members: readonly SeenMember[]): Map<string, Set<string>> {
  const named = new Map<string, Set<string>>();
  for (const { node, address } of members) {
    if (node === null) continue;
    const ids = named.get(address.text) ?? new Set();
    named.set(address.text, ids.add(node));
  }
  return named;
}

/** Joins two groups of addresses where just one of each family has these ports, forwarded alike. */
function pairFamilies(
  services: readonly SeenService[],
  groupOf: (service: SeenService) => string,
  vips: Groups,
): void {
  const named = new Set(services.filter(({ vip }) => vip !== null).map(groupOf));
  const groups = new Map<string, { families: Set<number>; ports: Set<string> }>();
  for (const service of services) {
    // Those that are told apart by their names are.
    if (named.has(groupOf(service))) continue;
    const group = groups.get(groupOf(service)) ?? { families: new Set(), ports: new Set() };
    group.families.add(service.address.family);
    group.ports.add(`${service.protocol} ${formatPorts(service.ports)} ${service.forwarding}`);
    groups.set(groupOf(service), group);
  }
  const alike = new Map<string, { four: string[]; six: string[] }>();
  for (const [name, { families, ports }] of groups) {
    const signature = [...ports].sort(compareText).join();
    const pair = alike.get(signature) ?? { four: [], six: [] };
    if (families.size === 1) (families.has(4) ? pair.four : pair.six).push(name);
    alike.set(signature, pair);
  }
  for (const { four, six } of alike.values()) {
    const [a, b] = [four[0], six[0]];
    if (four.length === 1 && six.length === 1 && a !== undefined && b !== undefined) vips.join(a, b);
  }
}

function pairNodes(
  services: readonly SeenService[],
  vipOf: (service: SeenService) => string,
  keyOf: (member: SeenMember) => string,
  nodes: Groups,
): void {
  const behind = new Map<string, string>();
  for (const service of services) {
    const [member, ...others] = service.members;
    if (!member || others.length > 0 || !isOfOneNode(service, member)) continue;
    const place = `${vipOf(service)} ${service.protocol} ${formatPorts(service.ports)}`;
    const before = behind.get(place);
    if (before === undefined) behind.set(place, keyOf(member));
    else if (member.node === null) nodes.join(before, keyOf(member));
  }
}

/** A pool that has one member for now may have another in the other family; what is not translated is media. */
function isOfOneNode({ role, ports }: SeenService, { port }: SeenMember): boolean {
  return role === null ? port === null || port === ports.first : role !== 'signalling';
}
