/**
 * Virtual services as keepalived has them. A media service is a virtual_server_group, one line per port,
 * with a real server that names no port and so keeps the packet's own: a node costs one virtual server per
 * protocol and family, however many ports it has.
 */
import type { VirtualService } from '../../intent/model.ts';
import type { ForwardingMode, IpAddress } from '../../topology/model.ts';
import { listPorts } from '../../topology/ports.ts';
import { destinations, isFlushed, type Destination } from '../ipvs/destinations.ts';
import type { Rule } from '../target.ts';
import { checker, CHECK_DEFAULTS } from './checks.ts';
import { DRAINED } from './drained.ts';

export interface VirtualServers {
  readonly lines: readonly string[];
  readonly rules: readonly Rule[];
}

const KIND: Record<ForwardingMode, string> = { nat: 'NAT', dsr: 'DR', tunnel: 'TUN' };

export function virtualServers(services: readonly VirtualService[]): VirtualServers {
  const lines: string[] = [];
  const rules: Rule[] = [];
  for (const service of services) {
    for (const address of service.addresses) {
      const members = destinations(service, address.family).filter(
        ({ member }) => !isFlushed(service, member),
      );
      // keepalived takes no virtual server without real servers.
      if (members.length === 0) continue;
      if (service.role === 'media') addMedia(service, address, members, lines, rules);
      else addSignalling(service, address, members, lines, rules);
    }
  }
  return { lines, rules };
}

function addMedia(
  service: VirtualService,
  address: IpAddress,
  members: readonly Destination[],
  lines: string[],
  rules: Rule[],
): void {
  // One group per address, since a real server's family must be that of all entries of the group.
  const group = `${service.id}/${address.text}`;
  const entries = listPorts(service.ports).map((port) => `${address.text} ${port}`);
  const servers = members.map((destination) => realServer(destination, members, []));
  lines.push(
    '',
    `virtual_server_group ${group} {`,
    ...entries.map((entry) => `    ${entry}`),
    '}',
    `virtual_server group ${group} {`,
    ...indent([...common(service), ...servers.flat()]),
    '}',
  );
  for (const entry of entries) {
    for (const [index, { member }] of members.entries()) {
      const text = `${service.protocol} ${entry} ${KIND[service.forwarding]} ${servers[index]?.join(' ') ?? ''}`;
      rules.push({ key: `${service.id} ${entry}`, text, node: member.node });
    }
  }
}

function addSignalling(
  service: VirtualService,
  address: IpAddress,
  members: readonly Destination[],
  lines: string[],
  rules: Rule[],
): void {
  const entry = `${address.text} ${service.ports.first}`;
  const shared = service.role === 'signalling';
  const head = [
    ...common(service),
    ...(service.persistence === null ? [] : [`persistence_timeout ${service.persistence}`]),
    ...(shared ? CHECK_DEFAULTS : []),
  ];
  const key = `${service.id} ${entry}`;
  if (shared) rules.push({ key, text: `${entry} ${head.join(' ')}`, node: null });
  lines.push('', `virtual_server ${entry} {`, ...indent(head));
  for (const destination of members) {
    const { monitor, node } = destination.member;
    // A node that the client named is not taken away by a check: nobody else could answer for it.
    const checks = shared && monitor ? ['inhibit_on_failure', ...checker(monitor)] : [];
    const server = realServer(destination, members, checks, ` ${destination.ports.first}`);
    lines.push(...indent(server));
    rules.push({
      key: shared ? `${key} ${node}` : key,
      text: [...(shared ? [] : [entry, ...head]), ...server].map((line) => line.trim()).join(' '),
      node,
    });
  }
  lines.push('}');
}

function common({ protocol, forwarding }: VirtualService): string[] {
  return [`protocol ${protocol.toUpperCase()}`, 'lb_algo wrr', `lb_kind ${KIND[forwarding]}`];
}

/**
 * keepalived refuses a virtual server whose weights add up to 0 (validate_check_config() in check_data.c:
 * quorum 1 "exceeds total weight", exit code 5), though IPVS itself takes it. There the weight is 1, and a
 * tracked file takes it away again.
 */
function realServer(
  { address, weight }: Destination,
  members: readonly Destination[],
  checks: readonly string[],
  port = '',
): string[] {
  const allZero = members.every((member) => member.weight === 0);
  return [
    `real_server ${address.text}${port} {`,
    ...indent([`weight ${allZero ? 1 : weight}`, ...(allZero ? DRAINED.check : []), ...checks]),
    '}',
  ];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}
