/** What a device carries of an intent, seen from its side: fronts to answer on, members behind each. */
import type { Intent, IntentVip, VirtualService } from '../../intent/model.ts';
import type { ForwardingMode, IpAddress } from '../../topology/model.ts';
import { finding, groupByVip, unseenNames } from '../findings.ts';
import { destinations, type Destination } from '../ipvs/destinations.ts';
import type { Finding } from '../target.ts';

export interface Device {
  /** As in messages: `IOS SLB`. */
  readonly label: string;
  readonly forwarding: readonly ForwardingMode[];
  readonly families: readonly (4 | 6)[];
}

/** One address of the VIP, and the members that speak its family. Never without members. */
export interface Front {
  /**
   * What objects of this front are named after, together with the family: the VIP's id, or for a further
   * address of the same family the id with `/2`, `/3`…, which is no id, so that names are shortened.
   */
  readonly id: string;
  readonly address: IpAddress;
  readonly members: readonly Destination[];
}

export interface CarriedService {
  readonly service: VirtualService;
  /** In the VIP's order of addresses; at least one. */
  readonly fronts: readonly Front[];
}

export interface Carried {
  /** In the intent's order. */
  readonly services: readonly CarriedService[];
  readonly findings: readonly Finding[];
}

export function carriedBy(device: Device, intent: Intent): Carried {
  const byVip = groupByVip(intent.services);
  const services: CarriedService[] = [];
  for (const service of intent.services) {
    if (!canForward(device, service) || endsTls(service)) continue;
    const fronts = frontsOf(device, service);
    if (fronts.length > 0) services.push({ service, fronts });
  }
  const carried = new Set(services.map(({ service }) => service));
  return {
    services,
    findings: intent.vips.flatMap((vip) => findingsOf(device, vip, byVip.get(vip.id) ?? [], carried)),
  };
}

function canForward(device: Device, { forwarding }: VirtualService): boolean {
  return device.forwarding.includes(forwarding);
}

function endsTls({ tls }: VirtualService): boolean {
  return tls === 'terminate';
}

function frontsOf(device: Device, service: VirtualService): Front[] {
  const seen = { 4: 0, 6: 0 };
  return service.addresses.flatMap((address) => {
    const nth = ++seen[address.family];
    if (!device.families.includes(address.family)) return [];
    const members = destinations(service, address.family);
    const id = nth === 1 ? service.vip : `${service.vip}/${nth}`;
    return members.length === 0 ? [] : [{ id, address, members }];
  });
}

/** Every front id of these services, once. */
export function frontIds(services: readonly CarriedService[]): Set<string> {
  return new Set(services.flatMap(({ fronts }) => fronts.map(({ id }) => id)));
}

export function vipIds(services: readonly CarriedService[]): Set<string> {
  return new Set(services.map(({ service }) => service.vip));
}

export function nodeIds(services: readonly CarriedService[]): Set<string> {
  return new Set(services.flatMap(({ service }) => service.members.map(({ node }) => node)));
}

function findingsOf(
  device: Device,
  { id, forwarding }: IntentVip,
  services: readonly VirtualService[],
  carried: ReadonlySet<VirtualService>,
): Finding[] {
  const { label, families } = device;
  const forwardable = services.filter((service) => canForward(device, service));
  const lacksFamily = forwardable.filter((service) => !endsTls(service) && !carried.has(service));
  const kept = forwardable.filter((service) => carried.has(service));
  return [
    finding(
      services.filter((service) => !canForward(device, service)),
      'refused',
      `${label} cannot forward VIP ${id} by ${forwarding}`,
      `set forwarding: ${device.forwarding.join(' or ')}, or use a target that has it: roomlb targets`,
    ),
    finding(
      forwardable.filter(endsTls),
      'refused',
      `TLS of VIP ${id} is to end on the balancer, but RoomLB writes layer 4 only for ${label}`,
      'use haproxy for signalling, or tls: passthrough, so that TLS ends on the nodes',
    ),
    finding(
      lacksFamily,
      'refused',
      families.includes(6)
        ? `no member of VIP ${id} has an address of a family that the VIP has`
        : `${label} speaks IPv4 only, and these have no member or VIP address of it`,
      families.includes(6)
        ? 'give the nodes one'
        : 'give VIP and nodes IPv4 addresses, or use another target',
    ),
    finding(
      families.includes(6)
        ? []
        : kept.filter(({ addresses }) => addresses.some(({ family }) => family === 6)),
      'degraded',
      `${label} speaks IPv4 only, so the IPv6 addresses of VIP ${id} are not in here`,
      'carry IPv6 by another target beside this: roomlb targets',
    ),
    finding(
      kept.filter(({ addresses, members }) =>
        addresses.some(
          (vip) =>
            families.includes(vip.family) &&
            members.some((member) => member.addresses.every(({ family }) => family !== vip.family)),
        ),
      ),
      'note',
      `one family of VIP ${id} does not lead to nodes that lack it`,
      'give them an address of each family that the VIP has',
    ),
    finding(
      unseenNames(kept),
      'degraded',
      `members of VIP ${id} are balanced by weight, and the member picked redirects to the right node: ${label} sees addresses and ports, not which node a URL names`,
      'set signalling.ports, which gives each node a port of its own',
    ),
  ].flat();
}

/** The VIPs of these services that have what is asked for, once each. */
export function vipsWhere(
  services: readonly CarriedService[],
  matches: (carried: CarriedService) => boolean,
): { readonly id: string }[] {
  return [...new Set(services.filter(matches).map(({ service }) => service.vip))].map((id) => ({ id }));
}

/** The shared signalling services among these that have what is asked for. */
export function poolsWhere(
  services: readonly CarriedService[],
  matches: (service: VirtualService) => boolean,
): VirtualService[] {
  return services
    .map(({ service }) => service)
    .filter((service) => service.role === 'signalling' && matches(service));
}
