/**
 * Target `katran`: the XDP balancer of Meta. It has no configuration file, so this is a script that calls its example
 * client once for each VIP and real.
 */
import type { Intent } from '../../intent/model.ts';
import { carriedBy, vipIds } from '../dialect/carried.ts';
import { frontRules } from '../dialect/rules.ts';
import { header } from '../header.ts';
import type { Finding, Rendering, Rule, Target } from '../target.ts';
import { changesBetween, newVip } from './changes.ts';
import { addVip } from './commands.ts';
import { beyondFindings, findingsOf } from './findings.ts';
import { guide } from './guide.ts';
import { tableOf, type KatranVip } from './table.ts';

export const katran: Target = {
  name: 'katran',
  kind: 'software',
  title: 'katran (XDP), as calls of its gRPC client',
  capabilities: {
    udp: 'one VIP each',
    tcp: 'yes',
    forwarding: ['tunnel'],
    ipv6: true,
    naming: ['ports'],
    health: 'none',
    drain: 'weight 0 of several; media: stay open, or flush',
    versions: 'katran of August 2026',
  },
  guide,
  render,
  changes: {
    comment: '#',
    between: (from, to) => changesBetween(configure(from).vips, configure(to).vips),
  },
};

const PURPOSE = [
  'Run it on the host of a katran_server_grpc that has none of these VIPs yet; katran_goclient is its',
  'example client. It stops at the first call that fails. VIPs that are not in here are not touched.',
];

function render(intent: Intent): Rendering {
  const { vips, findings, nothing } = configure(intent);
  if (nothing && intent.services.length > 0) return { files: [], rules: [], findings };
  const content = [
    '#!/bin/sh -e',
    ...header('katran', intent, PURPOSE, findings),
    '',
    ...vips.flatMap(newVip),
    '',
  ];
  return {
    files: [{ path: 'katran.sh', content: content.join('\n'), mode: 0o755 }],
    rules: vips.flatMap(rulesOf),
    findings,
  };
}

interface Configuration {
  readonly vips: readonly KatranVip[];
  readonly findings: readonly Finding[];
  /** All services are refused. */
  readonly nothing: boolean;
}

function configure(intent: Intent): Configuration {
  const { services, findings } = carriedBy(
    { label: 'katran', forwarding: ['tunnel'], families: [4, 6] },
    intent,
  );
  const table = tableOf(services);
  const beyond = new Set([...table.beyondVips, ...table.beyondReals]);
  const kept = services.filter(({ service }) => !beyond.has(service));
  const used = vipIds(kept);
  return {
    vips: table.vips,
    findings: [
      ...findings,
      ...beyondFindings(table),
      ...findingsOf(
        intent.vips.filter(({ id }) => used.has(id)),
        kept,
      ),
    ],
    nothing: kept.length === 0,
  };
}

function rulesOf(vip: KatranVip): Rule[] {
  const { service, endpoint, reals } = vip;
  return frontRules(service, {
    key: `${service.id} ${endpoint}`,
    text: addVip(vip),
    members: reals.map(({ node, address, weight }) => ({ node, text: `${address} weight ${weight}` })),
  });
}
