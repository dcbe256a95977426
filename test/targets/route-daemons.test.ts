/** Targets that announce: what they say, and what the daemons themselves think of it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent, RouteState } from '../../src/intent/model.ts';
import { bird } from '../../src/targets/bird/index.ts';
import { exabgp } from '../../src/targets/exabgp/index.ts';
import { frr } from '../../src/targets/frr/index.ts';
import { gobgp } from '../../src/targets/gobgp/index.ts';
import { metallb } from '../../src/targets/metallb/index.ts';
import type { Target } from '../../src/targets/target.ts';
import { findBinary } from '../lab/netns.ts';
import { topologies } from '../topology/arbitrary.ts';
import { metallbFaults } from './grammars/metallb.ts';
import { findingsOf, intentOf, linesOf } from './intents.ts';

const BGP = `bgp: { asn: 65010, routerId: 192.0.2.2, neighbors: [{ address: 192.0.2.1, asn: 65000, source: 192.0.2.2, multihop: 3, bfd: true }] }`;

function yaml({
  bgp = BGP,
  route = "route: { communities: ['65010:100'], med: 7 }",
  vip = '203.0.113.1',
  node = '10.0.0.1',
} = {}) {
  return `
cluster: c
${bgp}
vips: [{ id: v, addresses: [${vip}], media: { ports: 40000-40009 }, ${route} }]
nodes: [{ id: a, kind: mediasoup, vip: v, addresses: [${node}], mediaPorts: 40000 }]`;
}

/** As it would be with other health. */
function inState(intent: Intent, state: RouteState): Intent {
  return {
    ...intent,
    vips: intent.vips.map((vip) => ({ ...vip, route: vip.route && { ...vip.route, state } })),
  };
}

const said = (target: Target, intent: Intent, file: string, pattern: RegExp) =>
  linesOf(target.render(intent), file)
    .map((line) => line.trim())
    .filter((line) => pattern.test(line) && !line.startsWith('!'));

const SPEAKERS = [
  {
    target: bird,
    file: 'roomlb.conf',
    pattern: /^route /,
    announced: ['route 203.0.113.1/32 blackhole { bgp_med = 7; bgp_community.add((65010,100)); };'],
    leaving: [
      'route 203.0.113.1/32 blackhole { bgp_med = 7; bgp_community.add((65010,100)); bgp_community.add((65535,0)); };',
    ],
    withdrawn: [],
  },
  {
    target: frr,
    file: 'roomlb-frr.conf',
    pattern: /^(route-map|set|network) /,
    announced: [
      'route-map RL-VIP-v permit 1',
      'set metric 7',
      'set community 65010:100',
      'network 203.0.113.1/32 route-map RL-VIP-v',
    ],
    leaving: [
      'route-map RL-VIP-v permit 1',
      'set metric 7',
      'set community 65010:100 65535:0',
      'network 203.0.113.1/32 route-map RL-VIP-v',
    ],
    withdrawn: [
      'route-map RL-VIP-v deny 1',
      'set metric 7',
      'set community 65010:100',
      'network 203.0.113.1/32 route-map RL-VIP-v',
    ],
  },
  {
    target: exabgp,
    file: 'roomlb.routes',
    pattern: /./,
    announced: ['neighbor 192.0.2.1 announce route 203.0.113.1/32 next-hop self med 7 community [65010:100]'],
    leaving: [
      'neighbor 192.0.2.1 announce route 203.0.113.1/32 next-hop self med 7 community [65010:100 65535:0]',
    ],
    withdrawn: ['neighbor 192.0.2.1 withdraw route 203.0.113.1/32 next-hop self'],
  },
  {
    target: gobgp,
    file: 'gobgp-routes.sh',
    pattern: /^gobgp/,
    announced: ['gobgp global rib add 203.0.113.1/32 origin igp med 7 community 65010:100 -a ipv4'],
    leaving: ['gobgp global rib add 203.0.113.1/32 origin igp med 7 community 65010:100,65535:0 -a ipv4'],
    withdrawn: ['gobgp global rib del 203.0.113.1/32 -a ipv4'],
  },
  {
    target: metallb,
    file: 'metallb.yaml',
    pattern: /^- "?65|nodeSelectors|withdrawn/,
    announced: ['- 65010:100'],
    leaving: ['- 65010:100', '- "65535:0"'],
    withdrawn: ['- 65010:100', 'nodeSelectors:', 'roomlb/withdrawn: never'],
  },
];

for (const { target, file, pattern, ...states } of SPEAKERS) {
  describe(target.name, () => {
    for (const state of ['announced', 'leaving', 'withdrawn'] as const) {
      test(`says that a route is ${state}`, () => {
        const intent = inState(intentOf(yaml()), state);
        assert.deepEqual(said(target, intent, file, pattern), states[state]);
        assert.equal(target.render(intent).rules.length, state === 'withdrawn' ? 0 : 1);
      });
    }

    test('refuses a VIP that nobody shall announce, or nobody can be told of', () => {
      const refused = (text: string) => {
        const rendering = target.render(intentOf(text));
        assert.deepEqual(rendering.files, []);
        return findingsOf(rendering).map((line) => line.split(' that ')[0]!.split(',')[0]);
      };
      assert.deepEqual(refused(yaml({ route: '' })), ['refused v: the VIP has no route']);
      if (target === metallb) return;
      assert.deepEqual(refused(yaml({ bgp: '' })), [
        'refused v: the topology names no neighbors to announce to',
      ]);
      const [first] = refused(yaml({ vip: "'2001:db8::1'", node: "'fd00::1'" }));
      assert.match(first!, /^refused v: no neighbor has an address of a family$/);
    });

    test('names the family of a VIP that no neighbor is of', () => {
      const rendering = target.render(intentOf(yaml({ vip: "203.0.113.1, '2001:db8::1'" })));
      const degraded = findingsOf(rendering).find((line) => line.startsWith('degraded v: no neighbor'));
      assert.match(degraded!, /IPv6 addresses of the VIP are not announced/);
      assert.doesNotMatch(rendering.files.map(({ content }) => content).join(''), /2001:db8::1/);
    });
  });
}

test('exabgp and gobgp refuse what their daemons would: no source, no router id', () => {
  const bare = yaml({ bgp: 'bgp: { asn: 65010, neighbors: [{ address: 192.0.2.1, asn: 65000 }] }' });
  for (const target of [exabgp, gobgp]) {
    const rendering = target.render(intentOf(bare));
    assert.deepEqual(rendering.files, []);
    assert.ok(rendering.findings.some(({ level, hint }) => level === 'refused' && hint !== ''));
  }
  assert.equal(bird.render(intentOf(bare)).files.length, 2);
});

test('metallb answers on its own network where there is no bgp', () => {
  const [file] = metallb.render(intentOf(yaml({ bgp: '' }))).files;
  assert.match(file!.content, /kind: L2Advertisement/);
  assert.doesNotMatch(file!.content, /BGP(Peer|Advertisement)\n/);
});

/** Cluster after cluster, in each state of its routes. */
const intents: fc.Arbitrary<Intent> = fc
  .tuple(
    topologies({ maxNodes: 3 }).map((topology) => buildIntent(clusterView(topology))),
    fc.constantFrom<RouteState>('announced', 'leaving', 'withdrawn'),
  )
  .map(([intent, state]) => inState(intent, state));

test('metallb renders objects with known fields of the right types, and nothing else', () => {
  fc.assert(
    fc.property(intents, (intent) => {
      for (const { content } of metallb.render(intent).files) assert.deepEqual(metallbFaults(content), []);
    }),
    { numRuns: 200 },
  );
});

describe('what metallb must not say', () => {
  const [file] = metallb.render(intentOf(yaml())).files;
  const damages: [string, RegExp, string][] = [
    ['an unknown field', /^ {2}myASN/m, '  myAsn'],
    ['a pool that is not there', /- roomlb-v-vip/, '- roomlb-w-vip'],
    ['a peer that is not there', /- roomlb-peer-192-0-2-1-v4/, '- other'],
    ['a hold time without unit', /holdTime: 9s/, 'holdTime: 9'],
    ['an address that is none', /203\.0\.113\.1\/32/, '203.0.113.256/32'],
    ['a number that no AS has', /peerASN: 65000/, 'peerASN: 4294967296'],
    ['a community that is none', /65010:100/, '65010:100000'],
    ['a name with capitals', /name: roomlb-v-vip/, 'name: roomlb-V-vip'],
    ['another kind', /kind: BGPPeer/, 'kind: Secret'],
  ];
  for (const [what, pattern, instead] of damages) {
    test(what, () => {
      assert.match(file!.content, pattern);
      assert.notDeepEqual(metallbFaults(file!.content.replace(pattern, instead)), []);
    });
  }
});

const CHECKERS = [
  { target: bird, program: 'bird', runs: 60, args: (folder: string) => ['-p', '-c', `${folder}/bird.conf`] },
  {
    target: frr,
    program: 'vtysh',
    runs: 40,
    args: (folder: string) => ['-C', '-f', `${folder}/roomlb-frr.conf`],
  },
  {
    target: exabgp,
    program: 'exabgp',
    runs: 4,
    args: (folder: string) => ['--validate', `${folder}/exabgp.conf`],
  },
  {
    target: gobgp,
    program: 'gobgpd',
    runs: 40,
    args: (folder: string) => ['-d', '-t', 'toml', '-f', `${folder}/gobgpd.toml`],
  },
];

for (const { target, program, runs, args } of CHECKERS) {
  const binary = findBinary(program);
  const skip = binary ? false : `needs ${program}, which is not installed`;
  describe(`${program} itself`, { skip }, () => {
    const folder = mkdtempSync(path.join(tmpdir(), `roomlb-${target.name}-`));
    after(() => rmSync(folder, { recursive: true }));

    /** Its exit code, with all that it said; null where there is nothing to check. */
    const check = (intent: Intent, spoil = (text: string) => text) => {
      const { files } = target.render(intent);
      if (files.length === 0) return null;
      for (const { path: name, content, mode } of files) {
        const file = path.join(folder, name);
        writeFileSync(file, spoil(content.replaceAll(/\/etc\/(bird|exabgp)/g, folder)));
        if (mode !== undefined) chmodSync(file, mode);
      }
      const env = { ...process.env, 'exabgp.api.cli': 'false' };
      const { status, stdout, stderr } = spawnSync(binary!, args(folder), { encoding: 'utf8', env });
      return { status, said: `${stdout}${stderr}` };
    };

    test('takes what any topology renders to', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          const result = check(intent);
          if (result) assert.equal(result.status, 0, result.said);
        }),
        { numRuns: runs },
      );
    });

    test('takes no word that it does not know', () => {
      const result = check(intentOf(yaml()), (text) =>
        text.replace(/neighbor 192|neighbors\.config/, 'nejghbor 192'),
      );
      assert.notEqual(result?.status, 0);
    });
  });
}
