/** Real servers and groups: "/cfg/slb/real", "/cfg/slb/group". */
import type { VirtualService } from '../../intent/model.ts';
import type { CarriedService, Front } from '../dialect/carried.ts';
import { poolChecks } from '../dialect/checks.ts';
import type { Host } from '../dialect/hosts.ts';
import type { Block } from '../dialect/text.ts';
import { weightsByNode } from '../dialect/weights.ts';
import { isFlushed, type Destination } from '../ipvs/destinations.ts';
import { healthName, type Names } from './names.ts';

/** "weight": 1 to 48. */
export const MAX_WEIGHT = 48;

export type RealOf = (address: string) => string;

export function reals(
  services: readonly CarriedService[],
  hosts: ReadonlyMap<string, Host>,
  realOf: RealOf,
): Block[] {
  const weights = weightsByNode(services, MAX_WEIGHT);
  return [...hosts.values()].map(({ node, address }) => {
    const weight = weights.get(node);
    return {
      head: `/c/slb/real ${realOf(address.text)}`,
      body: [
        'ena',
        `ipver v${address.family}`,
        `rip ${address.text}`,
        ...(weight === undefined ? [] : [`weight ${weight}`]),
      ],
    };
  });
}

export function groupName({ role, vip, members }: VirtualService, family: 4 | 6, names: Names): string {
  if (role === 'signalling') return names.pool(vip, family);
  const node = members[0]?.node ?? '';
  return role === 'media' ? names.media(node, family) : names.own(node, family);
}

/** A node's media group serves all its ports and both protocols: without rport the port stays. */
export function group(service: VirtualService, front: Front, names: Names, realOf: RealOf): Block {
  const { family } = front.address;
  const checks = service.role === 'signalling' ? poolChecks(service) : [];
  return {
    head: `/c/slb/group ${groupName(service, family, names)}`,
    body: [
      `ipver v${family}`,
      'metric roundrobin',
      // There is no going without: the default would be a connection to the port.
      `health ${checks.length > 0 ? healthName(checks) : 'icmp'}`,
      ...front.members.flatMap((member) => memberLines(service, member, realOf)),
    ],
  };
}

/** "dis": out of this group at once. Media that shall keep their flows stay in; see findings.ts. */
export function memberLines(service: VirtualService, one: Destination, realOf: RealOf): string[] {
  const real = realOf(one.address.text);
  const out = service.role === 'media' ? isFlushed(service, one.member) : one.weight === 0;
  return [`add ${real}`, ...(out ? [`dis ${real}`] : [])];
}
