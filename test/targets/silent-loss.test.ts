/**
 * Nothing is lost in silence: what one VIP asks for more than it did before shows in what a target renders, or
 * a finding about that VIP names it (in both cases, where the target carries the VIP at all).
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent, IntentRoute, IntentVip, Member, VirtualService } from '../../src/intent/model.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import type { Rendering, Target } from '../../src/targets/target.ts';
import { topologies } from '../topology/arbitrary.ts';

interface Feature {
  readonly name: string;
  /** Words of a finding that names it. */
  readonly named: RegExp;
  /** The same, where it cannot be asked for. */
  readonly service?: (service: VirtualService) => VirtualService;
  readonly vip?: (vip: IntentVip) => IntentVip;
}

const PACKETS: readonly Feature[] = [
  {
    name: 'persistence',
    named: /persist|stays with|stay with|for a time/,
    service: ofRole('signalling', (service) => ({ ...service, persistence: 120 })),
  },
  {
    name: 'the idle time of media',
    named: /idle/,
    service: ofRole('media', (service) => (isOpen(service) ? { ...service, idleTimeout: 1200 } : service)),
  },
  {
    name: 'the idle time of signalling',
    named: /idle/,
    service: ofRole('signalling', (service) => ({ ...service, idleTimeout: 1200 })),
  },
  {
    name: 'an HTTP monitor',
    named: /HTTP|health|check|asks n|dead member/,
    service: ofRole('signalling', (service) =>
      withMembers(service, { monitor: { kind: 'http', port: 9999, path: '/health' } }),
    ),
  },
  {
    name: 'a STUN monitor',
    named: /STUN|health|asks n|dead member/,
    service: ofRole('signalling', (service) => withMembers(service, { stunPort: 3999 })),
  },
  {
    name: 'weights',
    named: /weight/,
    service: ofRole('signalling', (service) =>
      isShared(service) ? { ...service, members: service.members.map(weighed) } : service,
    ),
  },
  {
    name: 'the draining of media',
    named: /drain|stay open/,
    service: ofRole('media', (service) => withMembers(service, { state: 'draining', weight: 0 })),
  },
  {
    name: 'the cutting of flows',
    named: /drain|flush|cut/,
    service: ofRole('media', (service) =>
      isOpen(service) ? service : { ...service, drain: service.drain === 'flush' ? 'keep-flows' : 'flush' },
    ),
  },
  {
    name: 'a rewritten source',
    named: /snat|source/,
    service: (service) => ({ ...service, snat: service.forwarding === 'nat' }),
    vip: (vip) => ({ ...vip, snat: vip.forwarding === 'nat' }),
  },
  {
    name: 'VRRP',
    named: /vrrp|VRRP|holds? the VIP|share/,
    vip: (vip) => ({
      ...vip,
      vrrp: { interface: 'Vlan7', routerId: 7, priority: 90, advertInterval: 1, source: null, peers: [] },
    }),
  },
];

const ROUTES: readonly Feature[] = [
  { name: 'a community', named: /communit/, vip: routed({ communities: ['65010:999'] }) },
  { name: 'a MED', named: /\bmed\b|MED|preference/, vip: routed({ med: 77 }) },
  { name: 'a way that is about to go', named: /graceful|leav|layer 2/, vip: routed({ state: 'leaving' }) },
  { name: 'a withdrawn route', named: /withdrawn/, vip: routed({ state: 'withdrawn' }) },
];

const intents = topologies().map((topology) => buildIntent(clusterView(topology)));

for (const target of TARGETS) {
  const features = target.kind === 'route' ? ROUTES : PACKETS;
  // A node does nothing but unpack packets and answer from the VIP.
  if (target.kind === 'node') continue;
  describe(`what is asked of ${target.name} shows, or is named`, () => {
    for (const feature of features) {
      test(feature.name, () => {
        fc.assert(
          fc.property(intents, (intent) => {
            for (const vip of intent.vips) assert.ok(!isLost(target, feature, intent, vip), vip.id);
          }),
          { numRuns: 20 },
        );
      });
    }
  });
}

test('what is neither shown nor named is found', () => {
  const mute: Target = { ...TARGETS[0]!, render: () => ({ files: [], rules: [], findings: [] }) };
  for (const feature of PACKETS) {
    const lost = fc
      .sample(intents, 200)
      .some((intent) => intent.vips.some((vip) => isLost(mute, feature, intent, vip)));
    assert.ok(lost, feature.name);
  }
});

/** Whether this VIP can ask for it, and its target goes on as if it did not. */
function isLost(target: Target, feature: Feature, intent: Intent, vip: IntentVip): boolean {
  if (!leadsSomewhere(intent, vip)) return false;
  const asked = withFeature(feature, intent, vip);
  if (JSON.stringify(asked) === JSON.stringify(intent)) return false;
  const after = target.render(asked);
  if (shown(after) !== shown(target.render(intent))) return false;
  const ids = new Set([vip.id, ...intent.services.filter((one) => one.vip === vip.id).map(({ id }) => id)]);
  const findings = after.findings.filter(({ about }) => about.some((id) => ids.has(id)));
  return !findings.some(
    ({ level, message, hint }) => level === 'refused' || feature.named.test(`${message} ${hint}`),
  );
}

/** The revision stays, so that it does not tell the two apart. */
function withFeature({ service, vip }: Feature, intent: Intent, { id }: IntentVip): Intent {
  return {
    ...intent,
    vips: intent.vips.map((one) => (vip && one.id === id ? vip(one) : one)),
    services: intent.services.map((one) => (service && one.vip === id ? service(one) : one)),
  };
}

function shown({ files, findings }: Rendering): string {
  return JSON.stringify([files, findings]);
}

/** Of what leads nowhere nothing is asked. */
function leadsSomewhere({ services }: Intent, { id, addresses }: IntentVip): boolean {
  const families = new Set(addresses.map(({ family }) => family));
  return services.some(
    ({ vip, members }) =>
      vip === id && members.some((member) => member.addresses.some(({ family }) => families.has(family))),
  );
}

function ofRole(
  role: VirtualService['role'],
  edit: (service: VirtualService) => VirtualService,
): (service: VirtualService) => VirtualService {
  return (service) => {
    const families = new Set(service.addresses.map(({ family }) => family));
    const reached = service.members.some(({ addresses }) =>
      addresses.some(({ family }) => families.has(family)),
    );
    return service.role === role && reached ? edit(service) : service;
  };
}

function withMembers(service: VirtualService, edit: Partial<Member>): VirtualService {
  return { ...service, members: service.members.map((member) => ({ ...member, ...edit })) };
}

function isOpen({ members }: VirtualService): boolean {
  return members.some(({ weight }) => weight > 0);
}

/** Several are behind each address, so that there is something to weigh. */
function isShared({ members, addresses }: VirtualService): boolean {
  return (
    members.length > 1 &&
    members.every((member) =>
      addresses.every((vip) => member.addresses.some(({ family }) => family === vip.family)),
    )
  );
}

function weighed(member: Member, i: number): Member {
  return { ...member, weight: i === 0 ? 7 : 23 };
}

function routed(edit: Partial<IntentRoute>): (vip: IntentVip) => IntentVip {
  return (vip) => ({ ...vip, route: vip.route && { ...vip.route, ...edit } });
}
