/**
 * Radware Alteon: commands of its menus, as a configuration dump has them. Written from the "Alteon Command
 * Line Interface Reference Guide", whose menus the comments of this folder cite.
 */
import type { Intent } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import { listPorts } from '../../topology/ports.ts';
import { carriedBy, vipIds, type CarriedService } from '../dialect/carried.ts';
import { distinctChecks, poolChecks } from '../dialect/checks.ts';
import { renderConfiguration, type Configuration } from '../dialect/configuration.ts';
import { hostsOf } from '../dialect/hosts.ts';
import { frontRules } from '../dialect/rules.ts';
import { indented, oneLine, type Block } from '../dialect/text.ts';
import type { Rendering, Rule, Target } from '../target.ts';
import { menuChanges } from './changes.ts';
import { findingsOf } from './findings.ts';
import { group, groupName, memberLines, reals, type RealOf } from './groups.ts';
import { guide } from './guide.ts';
import { healthChecks } from './health.ts';
import { namesFor, type Names } from './names.ts';
import { whyNot } from './ports.ts';
import { serviceBlocks, virtualServer } from './virts.ts';
import { virtualRouters } from './vrrp.ts';

export const radwareAlteon: Target = {
  name: 'radware-alteon',
  kind: 'device',
  title: 'Radware Alteon',
  capabilities: {
    udp: 'one service a port',
    tcp: 'yes',
    forwarding: ['nat', 'dsr'],
    ipv6: true,
    naming: ['ports'],
    health: 'HTTP, TCP; UDP only as not refused',
    drain: 'by operational command; flush by dis',
    versions: 'Alteon 32 to 34.5',
  },
  guide,
  render,
  changes: menuChanges((intent) => configure(intent).blocks),
};

const PURPOSE = [
  'Paste it into a CLI session, then: diff, apply, save',
  "Objects whose ids begin with rl are roomlb's; it touches no others.",
];

function render(intent: Intent): Rendering {
  return renderConfiguration(intent, configure(intent), {
    target: 'radware-alteon',
    path: 'alteon.txt',
    purpose: PURPOSE,
    comment: '/*',
    lines: (blocks) => indented(blocks, '    '),
  });
}

function configure(intent: Intent): Configuration {
  const { services: all, findings: refused } = carriedBy(
    { label: 'Alteon', forwarding: ['nat', 'dsr'], families: [4, 6] },
    intent,
  );
  const services = all.filter(({ service }) => whyNot(service) === null);
  const names = namesFor(services);
  const hosts = hostsOf(services);
  const realOf: RealOf = (address) => {
    const host = hosts.get(address);
    return host ? names.real(host.node, host.address.family) : '';
  };
  const used = vipIds(services);
  const pools = services.map(({ service }) => service).filter(({ role }) => role === 'signalling');
  return {
    services,
    findings: [...refused, ...findingsOf(intent, all)],
    blocks: [
      ...healthChecks(distinctChecks(pools, poolChecks), pools.map(poolChecks)),
      ...reals(services, hosts, realOf),
      ...groups(services, names, realOf),
      ...virtualRouters(intent.vips.filter(({ id }) => used.has(id))),
      ...virts(services, names),
    ],
    rules: services.flatMap((carried) => rulesOf(carried, names, realOf)),
  };
}

/** Once each: addresses of a family share them, and for media both protocols do. */
function groups(services: readonly CarriedService[], names: Names, realOf: RealOf): Block[] {
  const made = new Map<string, Block>();
  for (const { service, fronts } of services) {
    for (const front of fronts) {
      const name = groupName(service, front.address.family, names);
      if (!made.has(name)) made.set(name, group(service, front, names, realOf));
    }
  }
  return [...made.values()];
}

/** Each virtual server with its services behind it. */
function virts(services: readonly CarriedService[], names: Names): Block[] {
  const byId = new Map<string, Block[]>();
  for (const { service, fronts } of services) {
    for (const front of fronts) {
      const id = names.virt(front, service.protocol);
      const list = byId.get(id) ?? [virtualServer(id, front)];
      byId.set(id, list);
      const to = groupName(service, front.address.family, names);
      for (const port of listPorts(service.ports)) list.push(...serviceBlocks(id, service, port, to));
    }
  }
  return [...byId.values()].flat();
}

function rulesOf({ service, fronts }: CarriedService, names: Names, realOf: RealOf): Rule[] {
  return fronts.flatMap((front) => {
    const id = names.virt(front, service.protocol);
    const to = groupName(service, front.address.family, names);
    const members = front.members.map((one) => ({
      node: one.member.node,
      text: `${memberLines(service, one, realOf).join(' ')} rip ${one.address.text} weight ${one.weight}`,
    }));
    return listPorts(service.ports).flatMap((port): Rule[] => {
      const key = `${service.id} ${formatEndpoint(front.address, port)}`;
      const text = serviceBlocks(id, service, port, to).map(oneLine).join(' ');
      return frontRules(service, { key, text, members });
    });
  });
}
