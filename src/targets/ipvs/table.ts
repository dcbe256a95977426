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

/** A virtual service as IPVS has it: of one port of one address. */
export interface TableService {
  readonly service: VirtualService;
  /** `203.0.113.10:443` */
  readonly endpoint: string;
  /** `-t 203.0.113.10:443` */
  readonly name: string;
  /** `-s wrr -p 300` */
  readonly options: string;
  /** Every member that speaks the family; never empty. */
  readonly destinations: readonly TableDestination[];
}

export interface TableDestination {
  readonly node: string;
  /** `10.0.0.1:4443` */
  readonly to: string;
  /** `-m` */
  readonly options: string;
  readonly weight: number;
  /** Is to be cut off, and so is no destination at all. */
  readonly isLeftOut: boolean;
}

const PROTOCOL = { tcp: '-t', udp: '-u' } as const;
const FORWARDING: Record<ForwardingMode, string> = { nat: '-m', dsr: '-g', tunnel: '-i' };

/** IPVS has no port ranges: one virtual service per port. */
export function tableServices(services: readonly VirtualService[]): TableService[] {
  return services.flatMap((service) =>
    service.addresses.flatMap((address) => {
      const members = destinations(service, address.family);
      // A family in which nobody answers needs no rule to say so.
      return members.length > 0 ? servicesOf(service, address, members) : [];
    }),
  );
}

export function table(services: readonly VirtualService[]): Table {
  const lines: string[] = [];
  const rules: Rule[] = [];
  for (const one of tableServices(services)) addService(one, lines, rules);
  return { lines, rules };
}

function servicesOf(
  service: VirtualService,
  address: IpAddress,
  members: readonly Destination[],
): TableService[] {
  const { first, last } = service.ports;
  return Array.from({ length: last - first + 1 }, (_, offset) => {
    const endpoint = formatEndpoint(address, first + offset);
    return {
      service,
      endpoint,
      name: `${PROTOCOL[service.protocol]} ${endpoint}`,
      options: serviceOptions(service),
      destinations: members.map(({ member, address: to, ports, weight }) => ({
        node: member.node,
        to: formatEndpoint(to, ports.first + offset),
        options: FORWARDING[service.forwarding],
        weight,
        isLeftOut: isFlushed(service, member),
      })),
    };
  });
}

function addService(
  { service, endpoint, name, options, destinations }: TableService,
  lines: string[],
  rules: Rule[],
): void {
  const key = `${service.id} ${endpoint}`;
  const head = serviceLine(name, options);
  lines.push(head);
  const shared = service.scheduler === 'wrr';
  if (shared) rules.push({ key, text: head, node: null });
  for (const destination of destinations) {
    const { node } = destination;
    if (destination.isLeftOut) {
      // The service stays without its destination, so that new connections are refused, not routed on.
      if (!shared) rules.push({ key, text: head, node: null });
      continue;
    }
    const line = destinationLine(name, destination);
    lines.push(line);
    rules.push(
      shared ? { key: `${key} ${node}`, text: line, node } : { key, text: `${head}\n${line}`, node },
    );
  }
}

export function serviceLine(name: string, options: string): string {
  return `-A ${name} ${options}`;
}

export function destinationLine(
  name: string,
  { to, options, weight }: Pick<TableDestination, 'to' | 'options' | 'weight'>,
): string {
  return `-a ${name} -r ${to} ${options} -w ${weight}`;
}

/**
 * No one-packet scheduling (-o), though a media port has but one destination: without connection entries
 * a draining node could not keep its flows, and with NAT nothing would turn its answers back.
 */
function serviceOptions({ persistence }: VirtualService): string {
  return `-s wrr${persistence === null ? '' : ` -p ${persistence}`}`;
}
