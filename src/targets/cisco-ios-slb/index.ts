/**
 * Cisco IOS SLB: `ip slb …` of Catalyst 6500, 7600 and 7200 routers, IOS 12.2 to 15. Written from the "Cisco
 * IOS Server Load Balancing Command Reference" and "Configuration Guide" (cisco.com, slb-cr-book and
 * slb-cg-book), whose section names the comments of this folder cite.
 */
import type { Intent } from '../../intent/model.ts';
import { carriedBy, vipIds, type CarriedService } from '../dialect/carried.ts';
import { distinctChecks, poolChecks } from '../dialect/checks.ts';
import { renderConfiguration, type Configuration } from '../dialect/configuration.ts';
import { indentedChanges } from '../dialect/delta/indented.ts';
import { separated, type Block } from '../dialect/text.ts';
import type { Rendering, Target } from '../target.ts';
import { treeRules } from './changes.ts';
import { farm, farmName } from './farms.ts';
import { findingsOf } from './findings.ts';
import { guide } from './guide.ts';
import { readBack } from './read-back.ts';
import { hsrpGroup } from './hsrp.ts';
import { namesFor, type Names } from './names.ts';
import { probe } from './probes.ts';
import { vservers } from './vservers.ts';

export const ciscoIosSlb: Target = {
  name: 'cisco-ios-slb',
  kind: 'device',
  title: 'Cisco IOS SLB (Catalyst 6500, 7600, 7200)',
  capabilities: {
    udp: 'one vserver a port',
    tcp: 'yes',
    forwarding: ['nat', 'dsr'],
    ipv6: false,
    naming: ['ports'],
    health: 'HTTP, TCP, STUN',
    drain: 'no inservice: keep-flows; flush by hand',
    versions: 'IOS 12.2S to 15.x',
  },
  guide,
  render,
  readBack,
  changes: indentedChanges({
    comment: '!',
    indent: ' ',
    blocksOf: (intent) => configure(intent).blocks,
    rules: treeRules,
  }),
};

const PURPOSE = [
  'Paste it in configuration mode, or: copy tftp://HOST/ios-slb.cfg running-config',
  "Objects whose names begin with RL are roomlb's; it touches no others.",
];

function render(intent: Intent): Rendering {
  return renderConfiguration(intent, configure(intent), {
    target: 'cisco-ios-slb',
    path: 'ios-slb.cfg',
    purpose: PURPOSE,
    comment: '!',
    lines: (blocks) => [...separated(blocks, ' ', '!'), '!'],
  });
}

function configure(intent: Intent): Configuration {
  const { services, findings: refused } = carriedBy(
    { label: 'IOS SLB', forwarding: ['nat', 'dsr'], families: [4] },
    intent,
  );
  const findings = [...refused, ...findingsOf(intent, services)];
  const names = namesFor(services);
  const vips = new Map(intent.vips.map((vip) => [vip.id, vip]));
  const servers = services.flatMap((carried) => {
    const vip = vips.get(carried.service.vip);
    return vip ? [vservers(carried, vip, names)] : [];
  });
  const used = vipIds(services);
  const blocks = [
    ...probes(services, names),
    ...intent.vips.filter(({ id }) => used.has(id)).flatMap((vip) => hsrpGroup(vip, names)),
    ...farms(services, names),
    ...servers.flatMap((part) => part.blocks),
  ];
  return { services, findings, blocks, rules: servers.flatMap((part) => part.rules) };
}

function probes(services: readonly CarriedService[], names: Names): Block[] {
  return distinctChecks(
    services.map(({ service }) => service),
    poolChecks,
  ).map((check) => probe(names.probe(check), check));
}

/** A node's farm serves UDP and TCP alike, so it is written once. */
function farms(services: readonly CarriedService[], names: Names): Block[] {
  const byName = new Map<string, CarriedService>();
  for (const carried of services) {
    const name = farmName(carried.service, names);
    if (!byName.has(name)) byName.set(name, carried);
  }
  return [...byName.values()].map((carried) => farm(carried, names));
}
