/**
 * Piolink PAS-K: `slb`, `real` and `health-check` of its PLOS. There is no public manual of the command line. What
 * it is called and which values there are comes from the vendor's own modules (github.com/piolink/
 * ansible_collection_pask), the lines from configurations that devices printed.
 */
import type { Intent, IntentVip } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import { carriedBy, type CarriedService } from '../dialect/carried.ts';
import { checkKey, distinctChecks, poolChecks, type Check } from '../dialect/checks.ts';
import { renderConfiguration, type Configuration } from '../dialect/configuration.ts';
import { sizeOf } from '../dialect/numbers.ts';
import { frontRules } from '../dialect/rules.ts';
import { oneLine } from '../dialect/text.ts';
import type { Rendering, Rule, Target } from '../target.ts';
import { changes } from './changes.ts';
import { findingsOf } from './findings.ts';
import { guide } from './guide.ts';
import { healthCheck } from './health.ts';
import { HEALTH_CHECKS, namesFor, REALS, type Names } from './names.ts';
import { memberBlocks, realBlocks, realsOf } from './reals.ts';
import { slb, slbsOf, type Slb } from './slb.ts';
import { applied } from './text.ts';

export const piolinkPask: Target = {
  name: 'piolink-pask',
  kind: 'device',
  title: 'Piolink PAS-K',
  capabilities: {
    udp: 'services of up to 16 ports of a node',
    tcp: 'yes',
    forwarding: ['nat', 'dsr', 'tunnel'],
    ipv6: true,
    naming: ['ports'],
    health: 'HTTP, TCP; UDP only as not refused',
    drain: 'status disable, with graceful-shutdown: keep-flows; without: flush',
    versions: 'PLOS 1.5 to 2.2',
  },
  guide,
  render,
  changes: changes((intent) => configure(intent).blocks),
};

const FILE = 'pask.cfg';

const PURPOSE = [
  'Paste it in configuration mode, then: write-memory',
  `Services whose names begin with rl, real servers ${REALS.first} to ${REALS.last} and health checks ${HEALTH_CHECKS.first} to ${HEALTH_CHECKS.last} are roomlb's; it touches no others.`,
];

function render(intent: Intent): Rendering {
  return renderConfiguration(intent, configure(intent), {
    target: 'piolink-pask',
    path: FILE,
    purpose: PURPOSE,
    comment: '!',
    lines: (blocks) => [...blocks.flatMap((block) => ['!', ...applied([block])]), '!'],
  });
}

function configure(intent: Intent): Configuration {
  const { services: all, findings: refused } = carriedBy(
    { label: 'PAS-K', forwarding: ['nat', 'dsr', 'tunnel'], families: [4, 6] },
    intent,
  );
  const services = numberable(all);
  const findings = [
    ...refused,
    ...findingsOf(
      intent,
      services,
      all.filter((carried) => !services.includes(carried)),
    ),
  ];
  const checks = checksOf(services);
  const names = namesFor(services, realsOf(services).keys(), checks);
  const vips = new Map(intent.vips.map((vip) => [vip.id, vip]));
  const slbs = services.flatMap((carried) => {
    const vip = vips.get(carried.service.vip);
    return vip ? slbsOf(carried).map((one) => ({ one, vip })) : [];
  });
  const blocks = [
    ...checks.map((check) => healthCheck(check, names)),
    ...realBlocks(services, names),
    ...slbs.map(({ one, vip }) => slb(one, vip, names)),
  ];
  return { services, findings, blocks, rules: slbs.flatMap(({ one, vip }) => rulesOf(one, vip, names)) };
}

/** Those whose real servers and health checks still get a number, in order. */
function numberable(services: readonly CarriedService[]): CarriedService[] {
  let [reals, checks] = [new Set<string>(), new Set<string>()];
  return services.filter((carried) => {
    const more = new Set([...reals, ...realsOf([carried]).keys()]);
    const asked = new Set([...checks, ...checksOf([carried]).map(checkKey)]);
    if (more.size > sizeOf(REALS) || asked.size > sizeOf(HEALTH_CHECKS)) return false;
    [reals, checks] = [more, asked];
    return true;
  });
}

function checksOf(services: readonly CarriedService[]): Check[] {
  return distinctChecks(
    services.map(({ service }) => service),
    poolChecks,
  );
}

function rulesOf(one: Slb, vip: IntentVip, names: Names): Rule[] {
  const { service, front, ports } = one;
  const { head, body } = slb(one, vip, names);
  const reals = memberBlocks(service, front, names).map(oneLine);
  return frontRules(service, {
    key: `${service.id} ${formatEndpoint(front.address, ports[0] ?? 0)}`,
    text: [head, ...body.filter((line) => typeof line === 'string')].join(' '),
    members: front.members.map(({ member, address, weight }, i) => ({
      node: member.node,
      text: `${reals[i] ?? ''} rip ${address.text} weight ${weight}`,
    })),
  });
}
