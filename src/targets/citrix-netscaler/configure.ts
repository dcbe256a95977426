/** An intent as the commands that make it, in their order: what is rendered, and what the driver wants. */
import type { Intent, VirtualService } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import { listPorts } from '../../topology/ports.ts';
import { carriedBy, vipIds, type CarriedService } from '../dialect/carried.ts';
import { distinctChecks, poolChecks } from '../dialect/checks.ts';
import { hostsOf, type Host } from '../dialect/hosts.ts';
import { frontRules } from '../dialect/rules.ts';
import type { Finding, Rule } from '../target.ts';
import { findingsOf } from './findings.ts';
import { groupCommands, groupName, kindOf, memberTexts, type Group } from './groups.ts';
import { monitor } from './monitors.ts';
import { namesFor, type Names } from './names.ts';
import { sharePorts } from './shared-ports.ts';
import { vridCommands } from './vrid.ts';
import { vserverCommands } from './vservers.ts';

export interface Configuration extends Part {
  /** Services that are carried. */
  readonly kept: readonly CarriedService[];
  readonly findings: readonly Finding[];
}

export function configure(intent: Intent): Configuration {
  const { services, findings: refused } = carriedBy(
    { label: 'NetScaler', forwarding: ['nat', 'dsr', 'tunnel'], families: [4, 6] },
    intent,
  );
  const ports = sharePorts(services);
  const { kept } = ports;
  const names = namesFor(kept, intent.cluster);
  const hosts = hostsOf(kept);
  const used = vipIds(kept);
  const made = new Set<string>();
  const parts = kept.map((carried) => partOf(carried, names, hosts, made));
  const checks = distinctChecks(
    kept.map(({ service }) => service),
    poolChecks,
  );
  return {
    kept,
    findings: [...refused, ...findingsOf(intent, ports)],
    commands: [
      ...checks.map((check) => monitor(names.monitor(check), check)),
      ...[...hosts.values()].map((host) => `add server ${serverName(host, names)} ${host.address.text}`),
      ...vridCommands(intent.vips.filter(({ id }) => used.has(id))),
      ...parts.flatMap((part) => part.commands),
    ],
    rules: parts.flatMap((part) => part.rules),
  };
}

interface Part {
  readonly commands: readonly string[];
  readonly rules: readonly Rule[];
}

/** @param made what was written already: addresses of a family share groups, and type ANY shares everything */
function partOf(
  { service, fronts }: CarriedService,
  names: Names,
  hosts: ReadonlyMap<string, Host>,
  made: Set<string>,
): Part {
  const serverOf = (address: string) => {
    const host = hosts.get(address);
    return host ? serverName(host, names) : '';
  };
  const commands: string[] = [];
  const once = (name: string, list: readonly string[]) => {
    if (made.has(name)) return;
    made.add(name);
    commands.push(...list);
  };
  const rules = fronts.flatMap((front) =>
    listPorts(service.ports).flatMap((port) => {
      const group: Group = {
        service,
        family: front.address.family,
        port: nodePort(service, port),
        members: front.members,
      };
      const members = memberTexts(group, names, serverOf);
      const name = groupName(group, names);
      once(name, groupCommands(group, names, members));
      const server = vserverCommands(service, front, { port, group: name, names });
      once(names.vserver(front, kindOf(service), port), server);
      return frontRules(service, {
        key: `${service.id} ${formatEndpoint(front.address, port)}`,
        text: server.join(' '),
        members: front.members.map(({ member }, i) => ({
          node: member.node,
          text: members[i]?.join(' ') ?? '',
        })),
      });
    }),
  );
  return { commands, rules };
}

/** Media keeps its port; a node's own signalling port leads to the one that it listens on. */
function nodePort({ role, members }: VirtualService, port: number): number | null {
  if (role === 'signalling') return null;
  return role === 'media' ? port : (members[0]?.ports.first ?? port);
}

function serverName({ node, address }: Host, names: Names): string {
  return names.server(node, address.family);
}
