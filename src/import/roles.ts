/** What each port of a VIP is for, told from who stands behind it. */
import type { ServiceRole } from '../intent/model.ts';
import { formatPorts } from '../topology/ports.ts';
import type { SeenService } from '../targets/seen.ts';

export interface Roles {
  /** The shared signalling port, once for each address of the VIP. */
  readonly shared: readonly SeenService[];
  /** One port of the VIP for one node's signalling. */
  readonly own: readonly SeenService[];
  /** A node's media ports, unchanged on the way. */
  readonly media: readonly SeenService[];
  /** All of these. */
  readonly all: readonly SeenService[];
}

/** @param notes what no topology can say is added here */
export function rolesOf(vip: string, services: readonly SeenService[], notes: string[]): Roles {
  const udp = services.filter(({ protocol }) => protocol === 'udp');
  const roles = { shared: [] as SeenService[], own: [] as SeenService[], media: [] as SeenService[] };
  for (const service of services) {
    const role = roleOf(service, udp);
    if (role === 'signalling') roles.shared.push(service);
    else if (role === 'node-signalling') roles.own.push(service);
    else if (role === 'media') roles.media.push(service);
    else notes.push(`line ${service.line}: ${formatPorts(service.ports)} of VIP ${vip}: ${role.not}`);
  }
  const ports = new Set(roles.own.map(({ ports: { first } }) => first));
  const told = roles.own.some(({ role }) => role !== null);
  if (roles.shared.length === 0 && ports.size === 1 && !told) roles.shared.push(...roles.own.splice(0));
  return { ...roles, ...onePort(vip, roles.shared, notes), all: services };
}

/**
 * As its name tells; else several members share a port for signalling, and one member whose port stays as it
 * is has it for media, but over TCP beside UDP media only where that port is media over UDP as well. What
 * is left is one node's signalling.
 */
function roleOf(service: SeenService, udp: readonly SeenService[]): ServiceRole | { readonly not: string } {
  const { members, protocol, ports, role } = service;
  if (role !== null) return role;
  if (members.length === 0) return { not: 'nobody is behind it' };
  if (protocol === 'udp' && members.length > 1)
    return { not: 'UDP is shared by several members, which no topology can say' };
  if (members.length > 1) return 'signalling';
  if (isMedia(service, udp)) return 'media';
  if (protocol === 'tcp' && ports.first === ports.last) return 'node-signalling';
  return { not: 'ports are translated, which no topology can say' };
}

function isMedia({ protocol, ports, members }: SeenService, udp: readonly SeenService[]): boolean {
  const port = members[0]?.port ?? null;
  if (port !== null && port !== ports.first) return false;
  if (protocol === 'udp' || udp.length === 0) return true;
  return udp.some((other) => other.ports.first <= ports.first && ports.last <= other.ports.last);
}

/** A VIP has one shared port; that of the first line counts. */
function onePort(vip: string, shared: readonly SeenService[], notes: string[]): { shared: SeenService[] } {
  const port = shared[0]?.ports.first;
  const others = shared.filter(({ ports }) => ports.first !== port);
  for (const { line, ports } of others)
    notes.push(
      `line ${line}: VIP ${vip} shares port ${String(port)} already, so port ${ports.first} is left out`,
    );
  return { shared: shared.filter(({ ports }) => ports.first === port) };
}
