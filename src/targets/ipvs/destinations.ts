import type { Member, VirtualService } from '../../intent/model.ts';
import type { IpAddress, PortRange } from '../../topology/model.ts';

/** A member as IPVS has it, in one address family. */
export interface Destination {
  readonly member: Member;
  readonly address: IpAddress;
  readonly ports: PortRange;
  /** 0: keeps the connections it has, gets no new ones. */
  readonly weight: number;
}

/** The members that have an address of the family. */
export function destinations(service: VirtualService, family: 4 | 6): Destination[] {
  return service.members.flatMap((member) =>
    member.addresses
      .filter((address) => address.family === family)
      .map((address) => ({ member, address, ports: member.ports, weight: member.weight })),
  );
}

/**
 * Whether the member is to be cut off at once. IPVS does that for a destination that it no longer has,
 * while one of weight 0 keeps its connections: ip_vs_in_hook() and the schedulers, Linux
 * net/netfilter/ipvs/ip_vs_core.c and ip_vs_wrr.c.
 */
export function isFlushed(service: VirtualService, member: Member): boolean {
  return service.drain === 'flush' && member.state === 'draining' && member.weight === 0;
}

/** Whether a node's own service is to be cut off whole, where what has no member is left out. */
export function isLeftOut(service: VirtualService): boolean {
  return service.role !== 'signalling' && service.members.every((member) => isFlushed(service, member));
}
