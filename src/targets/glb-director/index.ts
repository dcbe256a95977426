/**
 * Target `glb-director`: GitHub's layer 4 balancer on DPDK or XDP. Its forwarding tables as JSON, from which its own
 * programs compute the binary ones.
 */
import type { Intent } from '../../intent/model.ts';
import { carriedBy, vipIds } from '../dialect/carried.ts';
import { CHECK_FALL, CHECK_INTERVAL, CHECK_TIMEOUT } from '../dialect/checks.ts';
import { frontRules } from '../dialect/rules.ts';
import { header } from '../header.ts';
import type { Finding, Rendering, Rule, Target } from '../target.ts';
import { findingsOf, refusals } from './findings.ts';
import { guide } from './guide.ts';
import { boundFronts, MAX_BACKENDS, tables, tunnelEnd, type Bound } from './tables.ts';

export const glbDirector: Target = {
  name: 'glb-director',
  kind: 'software',
  title: 'GLB director, forwarding tables as JSON',
  capabilities: {
    udp: 'not tested thoroughly, by its own word',
    tcp: 'yes, with a second hop',
    forwarding: ['tunnel'],
    ipv6: true,
    naming: ['ports'],
    health: 'HTTP, TCP, GUE (signalling)',
    drain: 'draining of one of several; media: stay open, or flush',
    versions: 'GLB 1.0.7',
  },
  guide,
  render,
};

const PURPOSE = [
  'Put it in place as /etc/glb/forwarding_table.src.json on every director, and reload glb-healthcheck; or,',
  'without that: glb-director-cli build-config forwarding_table.src.json /etc/glb/forwarding_table.bin',
];

function render(intent: Intent): Rendering {
  const { services, findings: refused } = carriedBy(
    { label: 'GLB', forwarding: ['tunnel'], families: [4, 6] },
    intent,
  );
  const all = services.map(({ service }) => service);
  const withoutEnd = all.filter(({ members }) => members.every((one) => tunnelEnd(one) === undefined));
  const tooMany = all.filter(({ members }) => members.length > MAX_BACKENDS);
  const beyond = new Set([...withoutEnd, ...tooMany]);
  const kept = services.filter(({ service }) => !beyond.has(service));
  const used = vipIds(kept);
  const bound = boundFronts(kept);
  const findings = [
    ...refused,
    ...refusals({ withoutEnd, tooMany }),
    ...findingsOf(
      intent.vips.filter(({ id }) => used.has(id)),
      kept,
      bound,
    ),
  ];
  if (kept.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };
  return {
    files: [{ path: 'forwarding_table.src.json', content: fileOf(intent, bound, findings) }],
    rules: bound.flatMap(rulesOf),
    findings,
  };
}

function fileOf(intent: Intent, bound: readonly Bound[], findings: readonly Finding[]): string {
  const file = {
    comment: header('glb-director', intent, PURPOSE, findings),
    // It counts as many answers for up as for down.
    healthchecks: {
      interval_ms: CHECK_INTERVAL * 1000,
      timeout_ms: CHECK_TIMEOUT * 1000,
      trigger: CHECK_FALL,
    },
    tables: tables(intent.cluster, bound),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function rulesOf({ service, bind, members }: Bound): Rule[] {
  const text = JSON.stringify(bind);
  return frontRules(service, {
    key: `${service.id} ${bind.ip}`,
    text,
    members: members.map(({ member, weight }) => ({
      node: member.node,
      text: `${tunnelEnd(member) ?? ''} ${weight > 0 ? 'active' : 'draining'}`,
    })),
  });
}
