/**
 * Virtual services as keepalived has them. A media service is a virtual_server_group, one line per port,
 * with a real server that names no port and so keeps the packet's own: a node costs one virtual server per
 * protocol and family, however many ports it has (a Janus node has thousands).
 */
import type { VirtualService } from '../../intent/model.ts';
import type { ForwardingMode, IpAddress } from '../../topology/model.ts';
import { listPorts } from '../../topology/ports.ts';
import { destinations, isFlushed, isLeftOut, type Destination } from '../ipvs/destinations.ts';
import { checksOf } from '../dialect/checks.ts';
import { braced } from '../dialect/text.ts';
import type { Rule } from '../target.ts';
import { checker, CHECK_DEFAULTS } from './checks.ts';
import { LEFT_OUT } from './driver/blocks.ts';
import { DRAINED } from './drained.ts';

export interface VirtualServers {
  readonly lines: readonly string[];
  readonly rules: readonly Rule[];
  /** Some real server is held at weight 0 by the tracked file of drained.ts. */
  readonly drained: boolean;
}

/** The real servers of one virtual server. Never empty: keepalived takes none without. */
interface Pool {
  readonly service: VirtualService;
  readonly address: IpAddress;
  readonly members: readonly Destination[];
  /**
   * keepalived refuses a virtual server whose weights add up to 0 (validate_check_config() in
   * check_data.c: quorum 1 "exceeds total weight", exit code 5), though IPVS itself takes it. There weights
   * are 1, and the tracked file takes them away again.
   */
  readonly drained: boolean;
}

const KIND: Record<ForwardingMode, string> = { nat: 'NAT', dsr: 'DR', tunnel: 'TUN' };

export function virtualServers(services: readonly VirtualService[]): VirtualServers {
  const pools = services.flatMap(poolsOf);
  const lines: string[] = [];
  const rules: Rule[] = [];
  // Comments that tell the driver whose things these are, where their names do not.
  for (const { id } of services.filter(isLeftOut)) lines.push('', `# ${id} ${LEFT_OUT}`);
  for (const pool of pools) {
    if (pool.service.role === 'media') addMedia(pool, lines, rules);
    else addSignalling(pool, lines, rules);
  }
  return { lines, rules, drained: pools.some(({ drained }) => drained) };
}

function poolsOf(service: VirtualService): Pool[] {
  return service.addresses.flatMap((address) => {
    const all = destinations(service, address.family);
    const members = all.filter(({ member }) => !isFlushed(service, member));
    if (members.length === 0) return [];
    return [{ service, address, members, drained: members.every(({ weight }) => weight === 0) }];
  });
}

/**
 * A group per address, since a real server has one family; and per protocol, since a reload that adds a
 * protocol would leave its services out, taking entries of the group for there already: ipvs_group_cmd()
 * in ipvswrapper.c.
 */
function addMedia(pool: Pool, lines: string[], rules: Rule[]): void {
  const { service, address, members } = pool;
  const group = `${service.id}/${address.text}`;
  const ports = listPorts(service.ports);
  const body = [...common(service), ...members.flatMap((member) => realServer(pool, member, '', []))];
  lines.push('', `virtual_server_group ${group} {`);
  for (const port of ports) lines.push(`    ${address.text} ${port}`);
  lines.push('}', `virtual_server group ${group} {`, ...indent(body), '}');
  const text = oneLine(body);
  const node = members[0]?.member.node ?? null;
  for (const port of ports) {
    const entry = `${address.text} ${port}`;
    rules.push({ key: `${service.id} ${entry}`, text: `${entry} ${text}`, node });
  }
}

function addSignalling(pool: Pool, lines: string[], rules: Rule[]): void {
  const { service, address, members } = pool;
  const entry = `${address.text} ${service.ports.first}`;
  const shared = service.role === 'signalling';
  const head = [
    ...common(service),
    ...(service.persistence === null ? [] : [`persistence_timeout ${service.persistence}`]),
    ...(shared ? CHECK_DEFAULTS : []),
  ];
  const key = `${service.id} ${entry}`;
  const text = `${entry} ${oneLine(head)}`;
  if (shared) rules.push({ key, text, node: null });
  lines.push('', `# ${service.id}`, `virtual_server ${entry} {`, ...indent(head));
  for (const destination of members) {
    const { node } = destination.member;
    // A node that the client named is not taken away by a check: nobody else could answer for it.
    const asked = shared ? checksOf(destination.member) : [];
    const checks = asked.length > 0 ? ['inhibit_on_failure', ...braced(asked.map(checker), '    ')] : [];
    const server = realServer(pool, destination, ` ${destination.ports.first}`, checks);
    lines.push(...indent(shared ? [`# ${node}`, ...server] : server));
    rules.push(
      shared
        ? { key: `${key} ${node}`, text: oneLine(server), node }
        : { key, text: `${text} ${oneLine(server)}`, node },
    );
  }
  lines.push('}');
}

function common({ protocol, forwarding }: VirtualService): string[] {
  return [`protocol ${protocol.toUpperCase()}`, 'lb_algo wrr', `lb_kind ${KIND[forwarding]}`];
}

function realServer(
  { drained }: Pool,
  { address, weight }: Destination,
  port: string,
  checks: readonly string[],
): string[] {
  return [
    `real_server ${address.text}${port} {`,
    ...indent([`weight ${drained ? 1 : weight}`, ...(drained ? DRAINED.check : []), ...checks]),
    '}',
  ];
}

function oneLine(lines: readonly string[]): string {
  return lines.map((line) => line.trim()).join(' ');
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}
