/** What all server blocks have in common: where they listen and where that leads. */
import type { Member, VirtualService } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import type { IpAddress } from '../../topology/model.ts';
import { formatPorts } from '../../topology/ports.ts';
import type { Rule } from '../target.ts';
import type { Family } from './names.ts';

export interface Block {
  readonly lines: readonly string[];
  readonly rules: readonly Rule[];
}

/**
 * The member's address for connections that came in by this family: of the same where it has one. A proxy
 * may well change the family, so a VIP's IPv6 address leads to IPv4 nodes too.
 */
export function addressFor(member: Member, family: Family): IpAddress | undefined {
  return member.addresses.find((address) => address.family === family) ?? member.addresses[0];
}

/**
 * `listen` of one VIP address. UDP needs `reuseport`: each worker then has a socket of its own, and the
 * kernel gives all packets of a flow to the same one. Otherwise workers would share out one flow's packets.
 */
export function listenLine(service: VirtualService, vip: IpAddress): string {
  const endpoint = formatEndpoint(vip, formatPorts(service.ports));
  const options = service.protocol === 'udp' ? ' udp reuseport' : service.tls === 'terminate' ? ' ssl' : '';
  return `listen ${endpoint}${options};`;
}

/** A server block; `body` decides where connections go. */
export function serverBlock(
  service: VirtualService,
  vips: readonly IpAddress[],
  body: readonly string[],
): string[] {
  return [
    '  server {',
    ...vips.map((vip) => `    ${listenLine(service, vip)}`),
    ...tlsLines(service),
    ...body.map((line) => `    ${line}`),
    `    proxy_timeout ${service.idleTimeout}s;`,
    '  }',
  ];
}

/** The PEM file holds certificate, chain and key, which nginx wants to be told separately. */
function tlsLines({ tls, certificate }: VirtualService): string[] {
  if (tls !== 'terminate' || certificate === null) return [];
  return [`    ssl_certificate ${certificate};`, `    ssl_certificate_key ${certificate};`];
}
