/** The blocks of a running configuration that an intent comes to, and what they do not say of it. */
import type { Intent, VirtualService } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import { listPorts } from '../../topology/ports.ts';
import { carriedBy, vipIds, type CarriedService, type Front } from '../dialect/carried.ts';
import { distinctChecks, poolChecks } from '../dialect/checks.ts';
import type { Configuration } from '../dialect/configuration.ts';
import { hostsOf } from '../dialect/hosts.ts';
import { frontRules } from '../dialect/rules.ts';
import { oneLine, type Block } from '../dialect/text.ts';
import type { Rule } from '../target.ts';
import { findingsOf } from './findings.ts';
import { group, memberBlocks, type Group } from './groups.ts';
import { monitors } from './monitors.ts';
import { namesFor } from './names.ts';
import { servers } from './servers.ts';
import { templates } from './templates.ts';
import { virtualPort, virtualServer } from './vservers.ts';
import { vridOf, vrids } from './vrid.ts';

export function configure(intent: Intent): Configuration {
  const { services, findings: refused } = carriedBy(
    { label: 'ACOS', forwarding: ['nat', 'dsr', 'tunnel'], families: [4, 6] },
    intent,
  );
  const findings = [...refused, ...findingsOf(intent, services)];
  const names = namesFor(services);
  const hosts = hostsOf(services);
  const serverOf = (address: string) => {
    const host = hosts.get(address);
    return host ? names.server(host.node, host.address.family) : '';
  };
  const used = vipIds(services);
  const vips = intent.vips.filter(({ id }) => used.has(id));
  const groups = services.flatMap((carried) => groupsOf(carried, names.group));
  const pools = services.map(({ service }) => service).filter(({ role }) => role === 'signalling');
  const blocks: Block[] = [
    ...monitors(distinctChecks(pools, poolChecks), pools.map(poolChecks)),
    ...templates(services),
    ...servers(services, hosts, names),
    ...groups.map((one) => group(one, serverOf)),
    ...vrids(vips),
    ...virtualServers(groups, names.vserver, new Map(vips.map((vip) => [vip.id, vridOf(vip)]))),
  ];
  return { services, findings, blocks, rules: groups.flatMap((one) => rulesOf(one, serverOf)) };
}

function groupsOf(
  { service, fronts }: CarriedService,
  nameOf: (service: VirtualService, front: Front, port: number) => string,
): Group[] {
  return fronts.flatMap((front) =>
    listPorts(service.ports).map((port) => ({
      name: nameOf(service, front, port),
      service,
      front,
      port,
    })),
  );
}

/** One for each address, in the order in which services name them. */
function virtualServers(
  groups: readonly Group[],
  nameOf: (front: Front) => string,
  vridOfVip: ReadonlyMap<string, number | null>,
): Block[] {
  const byAddress = new Map<string, { readonly of: Group; readonly ports: Block[] }>();
  for (const one of groups) {
    const { text } = one.front.address;
    const known = byAddress.get(text);
    if (known) known.ports.push(virtualPort(one));
    else byAddress.set(text, { of: one, ports: [virtualPort(one)] });
  }
  return [...byAddress].map(([address, { of, ports }]) =>
    virtualServer(nameOf(of.front), address, vridOfVip.get(of.service.vip) ?? null, ports),
  );
}

function rulesOf(one: Group, serverOf: (address: string) => string): Rule[] {
  const { service, front, port } = one;
  const key = `${service.id} ${formatEndpoint(front.address, port)}`;
  const text = oneLine(virtualPort(one));
  const blocks = memberBlocks(one, serverOf);
  const members = front.members.map(({ member, weight }, i) => ({
    node: member.node,
    text: `${blocks[i] ? oneLine(blocks[i]) : ''} weight ${weight}`,
  }));
  return frontRules(service, { key, text, members });
}
