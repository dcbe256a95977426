/**
 * Cisco Nexus: Intelligent Traffic Director (ITD) and static NAT of NX-OS. Written from the "Cisco Nexus 9000
 * Series NX-OS Intelligent Traffic Director Configuration Guide", the chapter "Configuring Static and Dynamic NAT
 * Translation" of the "Interfaces Configuration Guide", and the NX-API REST reference, whose names of commands the
 * comments of this folder cite.
 *
 * By NAT, ports of one node are static translations, and the shared signalling port is an ITD service that
 * translates. In dsr, everything is ITD, which redirects packets as they are.
 */
import type { Intent, IntentVip } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import { groupBy } from '../../topology/group-by.ts';
import { listPorts } from '../../topology/ports.ts';
import { vipIds, type CarriedService, type Front } from '../dialect/carried.ts';
import { deviceHeader } from '../dialect/header.ts';
import { frontRules } from '../dialect/rules.ts';
import { indented, oneLine, separated, type Block } from '../dialect/text.ts';
import { isFlushed, type Destination } from '../ipvs/destinations.ts';
import type { Finding, Rendering, Rule, Target } from '../target.ts';
import { carry } from './carry.ts';
import { changes } from './changes.ts';
import { findingsOf } from './findings.ts';
import { deviceGroup, groupName, nodeBlocks } from './groups.ts';
import { guide } from './guide.ts';
import { hsrpGroups } from './hsrp.ts';
import { itdService, virtualLine } from './itd.ts';
import { namesFor, type Names } from './names.ts';
import { MAX_TRANSLATIONS, natLine } from './static-nat.ts';

/** As `show running-config` indents. */
const INDENT = '  ';

export const ciscoNxosItd: Target = {
  name: 'cisco-nxos-itd',
  kind: 'device',
  title: 'Cisco Nexus 9000 and 7000 (NX-OS ITD and static NAT)',
  capabilities: {
    udp: 'static NAT, or ITD in dsr; a line a port',
    tcp: 'the same; shared ports by ITD',
    forwarding: ['nat', 'dsr'],
    ipv6: true,
    naming: ['ports'],
    health: 'TCP',
    drain: 'hot-standby, at once; media stay open, or are flushed',
    versions: 'NX-OS 9.3 to 10.5; IPv6 in dsr only',
  },
  guide,
  render,
  changes: changes(INDENT, (intent) => {
    const { blocks, translations } = configure(intent);
    return [...blocks, ...translations.map((head) => ({ head, body: [] }))];
  }),
};

const FILE = 'nxos-itd.cfg';

const PURPOSE = [
  `Paste it in configuration mode, or: copy tftp://HOST/${FILE} running-config`,
  'Once before: feature itd, feature pbr, feature sla sender, feature sla responder, feature nat, feature hsrp',
  "Services and device groups whose names begin with RL are roomlb's, and translations to VIPs; it touches no others.",
];

function render(intent: Intent): Rendering {
  const { findings, blocks, translations, rules } = configure(intent);
  if (rules.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };
  const content = [
    ...deviceHeader('cisco-nxos-itd', intent, PURPOSE, findings, '!'),
    ...separated(blocks, INDENT, '!'),
    '!',
    ...indented(translations, INDENT),
    '',
  ].join('\n');
  return { files: [{ path: FILE, content }], rules, findings };
}

interface Configuration {
  readonly blocks: readonly Block[];
  /** Lines of static NAT. */
  readonly translations: readonly string[];
  readonly rules: readonly Rule[];
  readonly findings: readonly Finding[];
}

/** What leads from one address and port of a VIP to one member, or to the pool. */
interface Way {
  readonly carried: CarriedService;
  readonly front: Front;
  readonly port: number;
  /** Null: a pool. */
  readonly one: Destination | null;
}

function configure(intent: Intent): Configuration {
  const carried = carry(intent);
  const { services } = carried;
  const names = namesFor(services);
  const used = vipIds(services);
  const ways = services.flatMap(waysOf);
  // Ports of a node that is to be cut off lead nowhere.
  const open = ways.filter(({ carried: { service }, one }) => !one || !isFlushed(service, one.member));
  const static4 = open.filter(isStatic);
  const redirected = open.filter((way) => !isStatic(way));
  const byVip = groupBy(redirected, ({ carried: { service } }) => service.vip);
  const blocks = [
    ...hsrpGroups(intent.vips.filter(({ id }) => used.has(id))),
    ...deviceGroups(redirected, names),
    ...intent.vips.flatMap((vip) => itdServices(vip, byVip.get(vip.id) ?? [], names)),
  ];
  const beyond = new Set(static4.slice(MAX_TRANSLATIONS).map(({ carried: { service } }) => service));
  return {
    blocks,
    translations: static4.flatMap(natLines),
    rules: ways.flatMap((way) => rulesOf(way, names)),
    findings: [...carried.findings, ...findingsOf(intent, carried, new Set(byVip.keys()), [...beyond])],
  };
}

function waysOf(carried: CarriedService): Way[] {
  const { service, fronts } = carried;
  return fronts.flatMap((front) =>
    listPorts(service.ports).map((port) => ({
      carried,
      front,
      port,
      one: service.role === 'signalling' ? null : (front.members[0] ?? null),
    })),
  );
}

function isStatic({ carried: { service }, one }: Way): boolean {
  return service.forwarding === 'nat' && one !== null;
}

function natLines({ carried, front, port, one }: Way): string[] {
  return one ? [natLine(carried, front, one, port)] : [];
}

/** Once each: addresses of a family share them, and a node's ports do. */
function deviceGroups(ways: readonly Way[], names: Names): Block[] {
  const made = new Map<string, Block>();
  for (const { carried, front } of ways) {
    const name = groupName(carried.service, front.address.family, names);
    if (!made.has(name)) made.set(name, deviceGroup(carried, front, names));
  }
  return [...made.values()];
}

function itdServices(vip: IntentVip, ways: readonly Way[], names: Names): Block[] {
  return ([4, 6] as const).flatMap((family) => {
    const here = ways.filter(({ front }) => front.address.family === family);
    if (here.length === 0) return [];
    const pool = here.find(({ one }) => one === null)?.carried.service;
    const virtuals = here.map((way) => virtualOf(way, names));
    return [itdService(names.service(vip.id, family), vip, virtuals, pool)];
  });
}

function virtualOf({ carried: { service }, front: { address }, port }: Way, names: Names): string {
  return virtualLine(address, service, port, groupName(service, address.family, names));
}

function rulesOf(way: Way, names: Names): Rule[] {
  const { carried, front, port, one } = way;
  const { service } = carried;
  const nodes = nodeBlocks(service, front).map(oneLine);
  const cut = one !== null && isFlushed(service, one.member);
  const text = isStatic(way) ? natLines(way).join('') : virtualOf(way, names);
  return frontRules(service, {
    key: `${service.id} ${formatEndpoint(front.address, port)}`,
    text: cut ? 'not forwarded:' : text,
    members: front.members.map(({ member }, i) => ({
      node: member.node,
      text: isStatic(way) && !cut ? '' : (nodes[i] ?? ''),
    })),
  });
}
