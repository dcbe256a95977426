/** The IPVS table as lines of `ipvsadm-restore`, in the very form in which `ipvsadm -Sn` prints it. */
import type { VirtualService } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import type { ForwardingMode, IpAddress } from '../../topology/model.ts';
import type { Rule } from '../target.ts';
import { destinations, isFlushed, type Destination } from './destinations.ts';

export interface Table {
  readonly lines: readonly string[];
  readonly rules: readonly Rule[];
}

const PROTOCOL = { tcp: '-t', udp: '-u' } as const;
const FORWARDING: Record<ForwardingMode, string> = { nat: '-m', dsr: '-g', tunnel: '-i' };

export function table(services: readonly VirtualService[]): Table {
  const lines: string[] = [];
  const rules: Rule[] = [];
  for (const service of services) {
    for (const address of service.addresses) {
      const members = destinations(service, address.family);
      // A family in which nobody answers needs no rule to say so.
      if (members.length > 0) addService(service, address, members, lines, rules);
    }
  }
  return { lines, rules };
}

/** IPVS has no port ranges: one virtual service per port. */
function addService(
  service: VirtualService,
  address: IpAddress,
  members: readonly Destination[],
  lines: string[],
  rules: Rule[],
): void {
  const { first, last } = service.ports;
  for (let port = first; port <= last; port++) {
    const endpoint = formatEndpoint(address, port);
    const name = `${PROTOCOL[service.protocol]} ${endpoint}`;
    const key = `${service.id} ${endpoint}`;
    const head = serviceLine(service, name);
    lines.push(head);
    const shared = service.scheduler === 'wrr';
    if (shared) rules.push({ key, text: head, node: null });
    for (const destination of members) {
      const { node } = destination.member;
      if (isFlushed(service, destination.member)) {
        // The service stays without its destination, so that new connections are refused, not routed on.
        if (!shared) rules.push({ key, text: head, node: null });
        continue;
      }
      const line = destinationLine(service, name, destination, port - first);
      lines.push(line);
      rules.push(
        shared ? { key: `${key} ${node}`, text: line, node } : { key, text: `${head}\n${line}`, node },
      );
    }
  }
}

/**
 * No one-packet scheduling (-o), though a media port has but one destination: without connection entries
 * a draining node could not keep its flows, and with NAT nothing would turn its answers back.
 */
function serviceLine({ persistence }: VirtualService, name: string): string {
  const sticky = persistence === null ? '' : ` -p ${persistence}`;
  return `-A ${name} -s wrr${sticky}`;
}

function destinationLine(
  { forwarding }: VirtualService,
  name: string,
  { address, ports, weight }: Destination,
  offset: number,
): string {
  const to = formatEndpoint(address, ports.first + offset);
  return `-a ${name} -r ${to} ${FORWARDING[forwarding]} -w ${weight}`;
}
