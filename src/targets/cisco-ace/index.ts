/**
 * Cisco ACE: module for Catalyst 6500 and appliance 4710, software A2 to A5. Written from the "Cisco ACE
 * Application Control Engine Command Reference" (vA5(1.0) and earlier), the "Server Load-Balancing Guide" and the
 * "Security Guide", whose names of commands the comments of this folder cite.
 */
import type { Intent, IntentVip, VirtualService } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import { carriedBy, type CarriedService, type Front } from '../dialect/carried.ts';
import { distinctChecks, memberChecks } from '../dialect/checks.ts';
import { renderConfiguration, type Configuration } from '../dialect/configuration.ts';
import { indentedChanges } from '../dialect/delta/indented.ts';
import { hostsOf } from '../dialect/hosts.ts';
import { frontRules } from '../dialect/rules.ts';
import { oneLine, separated, type Block } from '../dialect/text.ts';
import { inUnits } from '../dialect/times.ts';
import type { Rendering, Rule, Target } from '../target.ts';
import { treeRules } from './changes.ts';
import { farm, memberBlocks, stickyGroup, type RserverOf } from './farms.ts';
import { findingsOf } from './findings.ts';
import { guide } from './guide.ts';
import { namesFor, type Names } from './names.ts';
import { classMap, IDLE, loadBalancing, multiMatch, parameterMap, vipClass, vlanOf } from './policies.ts';
import { probe } from './probes.ts';

/** As `show running-config` indents. */
const INDENT = '  ';

export const ciscoAce: Target = {
  name: 'cisco-ace',
  kind: 'device',
  title: 'Cisco ACE (module and 4710)',
  capabilities: {
    udp: 'one class map a node, ports as a range',
    tcp: 'yes',
    forwarding: ['nat', 'dsr'],
    ipv6: true,
    naming: ['ports'],
    health: 'HTTP, TCP, STUN',
    drain: 'inservice standby, no inservice: TCP goes on, UDP is flushed',
    versions: 'ACE A2 to A5; IPv6 and STUN from A5',
  },
  guide,
  render,
  changes: indentedChanges({
    comment: '!',
    indent: INDENT,
    blocksOf: (intent) => configure(intent).blocks,
    rules: treeRules,
  }),
};

const FILE = 'ace.cfg';

const PURPOSE = [
  `Paste it in configuration mode of the context, or: copy tftp://HOST/${FILE} running-config`,
  "Objects whose names begin with roomlb are roomlb's; it touches no others.",
];

function render(intent: Intent): Rendering {
  return renderConfiguration(intent, configure(intent), {
    target: 'cisco-ace',
    path: FILE,
    purpose: PURPOSE,
    comment: '!',
    lines: (blocks) => [...separated(blocks, INDENT, '!'), '!'],
  });
}

function configure(intent: Intent): Configuration {
  const { services: all, findings: refused } = carriedBy(
    { label: 'ACE', forwarding: ['nat', 'dsr'], families: [4, 6] },
    intent,
  );
  const vips = new Map(intent.vips.map((vip) => [vip.id, vip]));
  const lacksVlan = ({ service }: CarriedService) => {
    const vip = vips.get(service.vip);
    return service.snat && (!vip || vlanOf(vip) === null);
  };
  const services = all.filter((carried) => !lacksVlan(carried));
  const findings = [...refused, ...findingsOf(intent, services, all.filter(lacksVlan))];
  const names = namesFor(services);
  const hosts = hostsOf(services);
  const rserverOf: RserverOf = (address) => {
    const host = hosts.get(address);
    return host ? names.rserver(host.node, host.address.family) : '';
  };
  const families = services.flatMap((carried) => byFamily(carried).map((front) => ({ carried, front })));
  const fronts = services.flatMap(({ service, fronts }): Led[] => {
    const vip = vips.get(service.vip);
    return vip ? fronts.map((front) => ({ service, vip, front })) : [];
  });
  const idle = new Set(services.map(({ service }) => inUnits(service.idleTimeout, IDLE)));
  const blocks: Block[] = [
    ...distinctChecks(
      services.map(({ service }) => service),
      ({ members }) => members.flatMap(memberChecks),
    ).map(probe),
    ...[...hosts.values()].map(({ address }) => ({
      head: `rserver host ${rserverOf(address.text)}`,
      body: [`ip address ${address.text}`, 'inservice'],
    })),
    ...[...idle].sort((a, b) => a - b).map(parameterMap),
    ...families.map(({ carried, front }) => farm(carried, front, names, rserverOf)),
    ...families.flatMap(({ carried: { service }, front }) =>
      stickyGroup(service, front.address.family, vips.get(service.vip)?.vrrp != null, names),
    ),
    ...fronts.map(({ service, front }) => classMap(service, front, names)),
    ...families.map(({ carried: { service }, front }) => loadBalancing(service, front.address.family, names)),
    ...multiMatch(fronts.map(({ service, vip, front }) => vipClass(service, vip, front, names))),
  ];
  const rules = fronts.flatMap((one) => rulesOf(one, names, rserverOf));
  return { services, findings, blocks, rules };
}

interface Led {
  readonly service: VirtualService;
  readonly vip: IntentVip;
  readonly front: Front;
}

function rulesOf({ service, vip, front }: Led, names: Names, rserverOf: RserverOf): Rule[] {
  const reals = memberBlocks(service, front, rserverOf);
  return frontRules(service, {
    key: `${service.id} ${formatEndpoint(front.address, service.ports.first)}`,
    text: [classMap(service, front, names), vipClass(service, vip, front, names)].map(oneLine).join(' '),
    members: front.members.map(({ member, address }, i) => ({
      node: member.node,
      text: `${reals[i] ? oneLine(reals[i]) : ''} ip address ${address.text}`,
    })),
  });
}

/** One front of each family: farms know no address of the VIP. */
function byFamily({ fronts }: CarriedService): Front[] {
  return fronts.filter(
    (front, i) => fronts.findIndex(({ address }) => address.family === front.address.family) === i,
  );
}
