/** Ports that a service cannot have, and those that are of an application. */
import type { VirtualService } from '../../intent/model.ts';
import { listPorts } from '../../topology/ports.ts';

/** "port 80 reserved for http application" and so on: what the device answers to basic-slb on these. */
const RESERVED: ReadonlySet<number> = new Set([21, 22, 25, 53, 80, 123, 389, 443]);

/** Of those, the applications that pass TCP on as it is; `ssl` ends no TLS without a certificate. */
const APPLICATIONS: ReadonlyMap<number, string> = new Map([
  [80, 'http'],
  [443, 'ssl'],
]);

/** "rport <real server port (0, 1, 5-65534)>"; virtual ports have the same bounds. */
function isPort(port: number): boolean {
  return port === 1 || (port >= 5 && port <= 65_534);
}

/** `basic-slb`, or the application that the port is reserved for. */
export function applicationOf({ protocol }: VirtualService, port: number): string {
  return (protocol === 'tcp' ? APPLICATIONS.get(port) : undefined) ?? 'basic-slb';
}

/** Why the service cannot be there; null where it can. */
export function whyNot(service: VirtualService): 'port' | 'ports differ' | null {
  const { role, members, ports } = service;
  const front = listPorts(ports);
  const usable = front.every(
    (port) => isPort(port) && (!RESERVED.has(port) || applicationOf(service, port) !== 'basic-slb'),
  );
  if (!usable || !members.every(({ ports: { first, last } }) => isPort(first) && isPort(last))) return 'port';
  return role === 'signalling' && new Set(members.map(({ ports: { first } }) => first)).size > 1
    ? 'ports differ'
    : null;
}
