/** Services of one member as elements of maps: one look-up per packet, however many nodes there are. */
import type { Member, VirtualService } from '../../intent/model.ts';
import { PROTOCOLS, type IpAddress } from '../../topology/model.ts';
import { formatPorts, listPorts } from '../../topology/ports.ts';
import type { Rule } from '../target.ts';
import { drained } from './drain.ts';
import {
  CUT_DONE,
  cutSet,
  FAMILIES,
  flushSet,
  mediaMap,
  memberSet,
  ownerComment,
  signallingMap,
  type Family,
} from './names.ts';
import { formatElement, type Element, type NamedSet } from './table.ts';

export interface Maps {
  readonly sets: readonly NamedSet[];
  readonly rules: readonly Rule[];
}

/**
 * Every map there can be, empty ones too: rules and drivers find them whatever the cluster holds. A
 * media map takes ranges (`flags interval`, concatenated: kernel 5.6) and keeps the port. No rule looks into
 * the sets after the maps: they are what the driver has to know of the table (see driver/cuts.ts, pools.ts).
 */
const SHAPES: readonly Omit<NamedSet, 'elements'>[] = [
  ...PROTOCOLS.flatMap((protocol) =>
    FAMILIES.map((family) => ({
      kind: 'map' as const,
      name: mediaMap(protocol, family),
      header: [`type ipv${family}_addr . inet_service : ipv${family}_addr`, 'flags interval'],
    })),
  ),
  ...FAMILIES.map((family) => ({
    kind: 'map' as const,
    name: signallingMap(family),
    header: [`type ipv${family}_addr . inet_service : ipv${family}_addr . inet_service`],
  })),
  ...FAMILIES.map((family) => ({
    kind: 'set' as const,
    name: memberSet(family),
    header: [`type ipv${family}_addr . inet_service`],
  })),
  ...FAMILIES.map((family) => ({
    kind: 'set' as const,
    name: flushSet(family),
    header: [`type ipv${family}_addr`],
  })),
  ...FAMILIES.map((family) => ({
    kind: 'set' as const,
    name: cutSet(family),
    header: [`type inet_proto . ipv${family}_addr . inet_service . ipv${family}_addr`],
  })),
];

/** Another table has other elements, but always these sets. */
export function buildMaps(services: readonly VirtualService[]): Maps {
  const elements = new Map(SHAPES.map(({ name }) => [name, new Map<string, Element>()]));
  const add = (set: string, element: Element) => {
    const of = elements.get(set);
    if (of && !of.has(element.key)) of.set(element.key, element);
  };
  const rules: Rule[] = [];
  // Shared signalling comes first in a VIP's services, so that pools find members by where they lead.
  const named = new Set<string>();
  for (const service of services) {
    for (const { vip, map, element } of elementsOf(service)) {
      add(map, element);
      rules.push({
        key: `${service.id} ${vip.text}`,
        text: `${map} { ${formatElement(element)} }`,
        node: service.members[0]?.node ?? null,
      });
      if (service.drain === 'flush') {
        add(flushSet(vip.family), { key: vip.text, comment: null, value: null });
      }
    }
    for (const { set, element } of membersOf(service, named)) add(set, element);
  }
  for (const { set, element } of cutsOf(drained(services, 'flush'))) add(set, element);
  return {
    sets: SHAPES.map((shape) => ({ ...shape, elements: [...(elements.get(shape.name)?.values() ?? [])] })),
    rules,
  };
}

/**
 * One element per VIP address that the member can be reached from. None for a member of weight 0, a
 * draining node's media: what conntrack knows goes on, and nothing new comes.
 */
function elementsOf(service: VirtualService): { vip: IpAddress; map: string; element: Element }[] {
  const [member] = service.members;
  if (service.role === 'signalling' || !member || member.weight === 0) return [];
  return service.addresses.flatMap((vip) => {
    const to = addressOf(member, vip.family);
    if (to === undefined) return [];
    return [
      {
        vip,
        map: mapOf(service, vip.family),
        element: {
          key: `${vip.text} . ${formatPorts(service.ports)}`,
          comment: ownerComment(service.vip, member.node),
          value: service.role === 'media' ? to : `${to} . ${member.ports.first}`,
        },
      },
    ];
  });
}

/** Everybody that a VIP has, whether it takes anything new or not; each node once. */
function membersOf(service: VirtualService, named: Set<string>): { set: string; element: Element }[] {
  return service.members.flatMap(({ node, addresses, ports }) => {
    const comment = ownerComment(service.vip, node);
    if (named.has(comment)) return [];
    named.add(comment);
    return addresses.map(({ family, text }) => ({
      set: memberSet(family),
      element: { key: `${text} . ${ports.first}`, comment, value: null },
    }));
  });
}

function cutsOf(services: readonly VirtualService[]): { set: string; element: Element }[] {
  return services.flatMap(({ addresses, protocol, ports, members }) =>
    members.flatMap((member) =>
      addresses.flatMap((vip) => {
        const to = addressOf(member, vip.family);
        if (to === undefined) return [];
        return listPorts(ports).map((port) => ({
          set: cutSet(vip.family),
          element: {
            key: `${protocol} . ${vip.text} . ${port} . ${to}`,
            comment: CUT_DONE,
            value: null,
          },
        }));
      }),
    ),
  );
}

function addressOf({ addresses }: Member, family: Family): string | undefined {
  return addresses.find((address) => address.family === family)?.text;
}

function mapOf({ role, protocol }: VirtualService, family: Family): string {
  return role === 'media' ? mediaMap(protocol, family) : signallingMap(family);
}
