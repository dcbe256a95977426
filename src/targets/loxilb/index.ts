/** Target `loxilb`: the eBPF balancer of NetLOX, as calls of its command line loxicmd. */
import type { Intent, VirtualService } from '../../intent/model.ts';
import { listPorts } from '../../topology/ports.ts';
import { carriedBy, vipIds, type CarriedService } from '../dialect/carried.ts';
import { frontRules } from '../dialect/rules.ts';
import { header } from '../header.ts';
import { isLeftOut } from '../ipvs/destinations.ts';
import type { Finding, Rendering, Rule, Target } from '../target.ts';
import { changesBetween } from './changes.ts';
import { createEndpoint, createLb } from './commands.ts';
import { findingsOf, refusals } from './findings.ts';
import { guide } from './guide.ts';
import { hasOnePort, MAX_ENDPOINTS, MAX_RULES, probesOf, rulesOf, type LbRule, type Table } from './table.ts';

export const loxilb: Target = {
  name: 'loxilb',
  kind: 'software',
  title: 'LoxiLB (eBPF), as calls of loxicmd',
  capabilities: {
    udp: 'one rule each',
    tcp: 'yes',
    forwarding: ['nat', 'dsr'],
    ipv6: true,
    naming: ['ports'],
    health: 'HTTP (IPv4), TCP (signalling)',
    drain: 'out of a shared pool; media: stay open, or flush',
    versions: 'LoxiLB 0.9.8 to August 2026',
  },
  guide,
  render,
  changes: {
    comment: '#',
    between: (from, to) => changesBetween(configure(from).table, configure(to).table),
  },
};

const PURPOSE = [
  'Run it where loxicmd reaches LoxiLB, and look at what it prints: loxicmd exits with 0 whatever happens.',
  'Rules that are there get the endpoints in here; rules that are not in here stay.',
];

function render(intent: Intent): Rendering {
  const { table, findings, nothing } = configure(intent);
  if (nothing && intent.services.length > 0) return { files: [], rules: [], findings };
  const content = [
    '#!/bin/sh',
    ...header('loxilb', intent, PURPOSE, findings),
    '',
    ...table.rules.map(createLb),
    // They change the probes that the rules have made.
    ...table.probes.map(createEndpoint),
    '',
  ];
  return {
    files: [{ path: 'loxilb.sh', content: content.join('\n'), mode: 0o755 }],
    rules: table.rules.flatMap(ruleOf),
    findings,
  };
}

interface Configuration {
  readonly table: Table;
  readonly findings: readonly Finding[];
  /** All services are refused. */
  readonly nothing: boolean;
}

function configure(intent: Intent): Configuration {
  const { services, findings } = carriedBy(
    { label: 'LoxiLB', forwarding: ['nat', 'dsr'], families: [4, 6] },
    intent,
  );
  const [able, portsDiffer] = split(services, ({ service }) => hasOnePort(service));
  const [fitting, tooMany] = split(able, ({ service }) => service.members.length <= MAX_ENDPOINTS);
  let room = MAX_RULES;
  const [kept, noRoom] = split(fitting, (carried) => {
    const needed = rulesOfService(carried);
    if (needed > room) return false;
    room -= needed;
    return true;
  });
  const used = vipIds(kept);
  const rules = rulesOf(kept);
  return {
    table: { rules, probes: probesOf(rules) },
    findings: [
      ...findings,
      ...refusals({
        portsDiffer: servicesOf(portsDiffer),
        tooMany: servicesOf(tooMany),
        noRoom: servicesOf(noRoom),
      }),
      ...findingsOf(
        intent.vips.filter(({ id }) => used.has(id)),
        kept,
      ),
    ],
    nothing: kept.length === 0,
  };
}

function rulesOfService({ service, fronts }: CarriedService): number {
  return isLeftOut(service) ? 0 : listPorts(service.ports).length * fronts.length;
}

function split<T>(list: readonly T[], matches: (one: T) => boolean): [T[], T[]] {
  const [yes, no]: [T[], T[]] = [[], []];
  for (const one of list) (matches(one) ? yes : no).push(one);
  return [yes, no];
}

function servicesOf(services: readonly CarriedService[]): VirtualService[] {
  return services.map(({ service }) => service);
}

/** A member that takes nothing new is no endpoint, and is told as such. */
function ruleOf(rule: LbRule): Rule[] {
  const { service, where, nodes, endpoints } = rule;
  const weights = new Map(endpoints.map(({ node, address: at, weight }) => [node, `${at} weight ${weight}`]));
  return frontRules(service, {
    key: `${service.id} ${where}`,
    text: createLb({ ...rule, endpoints: [] }),
    members: nodes.map((node) => ({ node, text: weights.get(node) ?? 'drains' })),
  });
}
