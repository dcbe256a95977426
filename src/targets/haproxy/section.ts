/** Pieces that several sections of the file are made of. */
import type { Member, VirtualService } from '../../intent/model.ts';
import { formatEndpoint, formatHost } from '../../topology/address.ts';
import { formatPorts } from '../../topology/ports.ts';
import type { Rule } from '../target.ts';

/** One `listen` or `backend` with what follows it, and the forwarding rules that it makes. */
export interface Section {
  readonly lines: readonly string[];
  readonly rules: readonly Rule[];
}

/** One `bind` line without its indent; `endpoint` is what clients connect to. */
export interface Bind {
  readonly endpoint: string;
  readonly line: string;
}

export interface BindOptions {
  /**
   * Bind although the address may be on another host for now, as on the VRRP backup (configuration manual,
   * section 5.1, `transparent`).
   */
  readonly floating: boolean;
}

export function binds(service: VirtualService, { floating }: BindOptions): Bind[] {
  const words = [...(floating ? ['transparent'] : []), ...tlsWords(service)];
  return service.addresses.map((address) => {
    const endpoint = formatEndpoint(address, formatPorts(service.ports));
    return { endpoint, line: ['bind', endpoint, ...words].join(' ') };
  });
}

/** WebSocket needs HTTP/1.1, which is why nothing newer is offered. TLS 1.2 is the least of RFC 9325. */
function tlsWords(service: VirtualService): string[] {
  if (service.tls !== 'terminate' || service.certificate === null) return [];
  return ['ssl', 'crt', service.certificate, 'alpn', 'http/1.1', 'ssl-min-ver', 'TLSv1.2', 'no-tls-tickets'];
}

/**
 * Where HAProxy reaches the member. A proxy makes connections of its own, so one address will do whichever
 * family the client speaks: the first, IPv4 where there is one. Media keeps the port that the client chose,
 * which is what a server without a port means (configuration manual, section 5.2, `server`).
 */
export function serverAddress(member: Member, service: VirtualService): string {
  const [address] = member.addresses;
  if (!address) throw new Error(`member ${member.node} of ${service.id} has no address`);
  return service.role === 'media' ? formatHost(address) : formatEndpoint(address, member.ports.first);
}

/** Both sides of a TCP connection idle for so long, and it is closed. */
export function tcpIdle(service: VirtualService): string[] {
  return [`timeout client ${service.idleTimeout}s`, `timeout server ${service.idleTimeout}s`];
}

/** The time limits of HTTP until a WebSocket takes over, and from then on the service's own. */
export function httpMode(service: VirtualService): string[] {
  return [
    'mode http',
    'option httplog',
    'option forwardfor',
    `http-request set-header X-Forwarded-Proto ${service.tls === 'terminate' ? 'https' : 'http'}`,
    'timeout http-request 10s',
    'timeout http-keep-alive 10s',
    'timeout client 30s',
    'timeout server 30s',
    `timeout tunnel ${service.idleTimeout}s`,
  ];
}

export function section(keyword: 'listen' | 'backend', name: string, body: readonly string[]): string[] {
  return ['', `${keyword} ${name}`, ...body.map((line) => `    ${line}`)];
}
