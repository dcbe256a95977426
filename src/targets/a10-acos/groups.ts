/**
 * Service groups: one for each virtual port, since in dsr no two virtual ports may share one ("slb common",
 * service-group-on-no-dest-nat-vports: enforce-different).
 */
import { poolChecks } from '../dialect/checks.ts';
import type { CarriedService, Front } from '../dialect/carried.ts';
import type { Block } from '../dialect/text.ts';
import { isFlushed, type Destination } from '../ipvs/destinations.ts';
import { monitorName } from './names.ts';

export interface Group {
  readonly name: string;
  readonly service: CarriedService['service'];
  readonly front: Front;
  /** Of the virtual server. */
  readonly port: number;
}

/** @param serverOf the name of the server that has an address */
export function group(of: Group, serverOf: (address: string) => string): Block {
  const { name, service } = of;
  const shared = service.role === 'signalling';
  const checks = shared ? poolChecks(service) : [];
  return {
    head: `slb service-group ${name} ${service.protocol}`,
    body: [
      ...(shared ? ['method service-weighted-rr'] : []),
      checks.length > 0 ? `health-check ${monitorName(checks)}` : 'health-check-disable',
      ...memberBlocks(of, serverOf),
    ],
  };
}

/** In the order of members. One that is disabled keeps the sessions it has, unless its port ends them. */
export function memberBlocks(
  { service, front, port }: Group,
  serverOf: (address: string) => string,
): Block[] {
  const portOf = ({ ports }: Destination) => (service.role === 'media' ? port : ports.first);
  return front.members.map((one) => ({
    head: `member ${serverOf(one.address.text)} ${portOf(one)}`,
    body: one.weight > 0 || isFlushed(service, one.member) ? [] : ['disable'],
  }));
}
