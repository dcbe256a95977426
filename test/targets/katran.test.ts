import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { katran } from '../../src/targets/katran/index.ts';
import { topologies } from '../topology/arbitrary.ts';
import { findingsOf, intentOf, linesOf } from './intents.ts';
import { MODELS } from './models/index.ts';

const render = (yaml: string) => katran.render(intentOf(yaml));
const calls = (yaml: string) =>
  linesOf(render(yaml), 'katran.sh').map((line) => line.replace('katran_goclient ', ''));
const changes = (from: string, to: string) => {
  const { drain, change } = katran.changes!.between(intentOf(from), intentOf(to));
  return [...drain, '--', ...change].map((line) => line.replace('katran_goclient ', ''));
};

const CLUSTER = (nodes: string, drain = 'keep-flows') => `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1]
    forwarding: tunnel
    signalling: { port: 443, tls: passthrough, persistence: 90s }
    media: { protocols: [udp], ports: 40000-40009, drain: ${drain} }
nodes:
${nodes}
`;
const A = '  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], weight: 50, mediaPorts: 40000 }\n';
const B = '  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], weight: 100, mediaPorts: 40001 }\n';
const B_DRAINING = B.replace(' }\n', ', state: draining }\n');

describe('katran.sh', () => {
  test('adds a VIP for each port, each with its reals, the drained one after the others', () => {
    assert.deepEqual(calls(CLUSTER(B_DRAINING + A)), [
      '-A -t 203.0.113.1:443 -vf NO_SPORT',
      '-a -t 203.0.113.1:443 -r 10.0.0.1 -w 50',
      '-a -t 203.0.113.1:443 -r 10.0.0.2 -w 0',
      '-A -u 203.0.113.1:40000',
      '-a -u 203.0.113.1:40000 -r 10.0.0.1 -w 1',
      '-A -u 203.0.113.1:40001',
      '-a -u 203.0.113.1:40001 -r 10.0.0.2 -w 1',
    ]);
  });

  test('leaves out the VIPs of a draining node that shall be cut, and keeps those that shall not, as it says', () => {
    assert.ok(!calls(CLUSTER(A + B_DRAINING, 'flush')).some((call) => call.includes(':40001')));
    assert.ok(
      findingsOf(render(CLUSTER(A + B_DRAINING))).includes(
        'degraded v/media/b/udp: katran goes on with the last members it had where none has a weight, so that these stay open to new connections',
      ),
    );
  });

  test('gives every VIP a ring of its own, whatever the topology', () => {
    const { start } = MODELS.katran!;
    fc.assert(
      fc.property(topologies(), (topology) => {
        const device = start();
        const { files } = katran.render(buildIntent(clusterView(topology)));
        device.run(
          files.flatMap(({ content }) => content.split('\n')).filter((line) => line.startsWith('katran_')),
        );
        for (const line of device.show()) assert.doesNotMatch(line, /ring of another/);
      }),
      { numRuns: 200 },
    );
  });
});

describe('limits of katran', () => {
  const node = (i: number, ports: string) =>
    `  - { id: n${i}, kind: mediasoup, vip: v, addresses: [10.${i >> 8}.${i & 255}.1], mediaPorts: ${ports} }\n`;
  const many = (n: number) =>
    CLUSTER(Array.from({ length: n }, (_, i) => node(i, `${40_000 + i}`)).join('')).replace('40009', '59999');

  test('512 VIPs are taken, and of more those refused that are beyond', () => {
    assert.deepEqual(
      findingsOf(render(many(511))).filter((text) => text.startsWith('refused')),
      [],
    );
    assert.equal(calls(many(511)).filter((call) => call.startsWith('-A')).length, 512);
    assert.deepEqual(
      findingsOf(render(many(513))).filter((text) => text.startsWith('refused')),
      [
        'refused v/media/n511/udp,v/media/n512/udp: katran has room for 512 VIPs, and takes one for each address, port and protocol',
      ],
    );
    assert.equal(calls(many(513)).filter((call) => call.startsWith('-A')).length, 512);
  });

  test('4096 reals are taken, and a pool of more is refused', () => {
    const refused = (n: number) => findingsOf(render(many(n))).filter((text) => text.includes('4096 reals'));
    assert.deepEqual(refused(4096), []);
    assert.deepEqual(refused(4097), [
      'refused v/signalling: katran has room for 4096 reals, which are addresses of nodes',
    ]);
  });
});

describe('changes of katran', () => {
  test('weight a member that leaves to 0 first, and delete it when it is empty', () => {
    assert.deepEqual(changes(CLUSTER(A + B), CLUSTER(A)), [
      '-e -t 203.0.113.1:443 -r 10.0.0.2 -w 0',
      '--',
      '-D -u 203.0.113.1:40001',
      '-d -t 203.0.113.1:443 -r 10.0.0.2',
    ]);
  });

  test('put another in the place of the last one before that goes', () => {
    const moved = CLUSTER(A.replace('10.0.0.1', '10.0.0.9'));
    assert.deepEqual(changes(CLUSTER(A), moved), [
      '--',
      '-a -t 203.0.113.1:443 -r 10.0.0.9 -w 50',
      '-d -t 203.0.113.1:443 -r 10.0.0.1',
      '-a -u 203.0.113.1:40000 -r 10.0.0.9 -w 1',
      '-d -u 203.0.113.1:40000 -r 10.0.0.1',
    ]);
  });

  test('set and unset how the source counts', () => {
    const without = CLUSTER(A).replace(', persistence: 90s', '');
    assert.deepEqual(changes(CLUSTER(A), without), ['--', '-E -t 203.0.113.1:443 -vf NO_SPORT -unset']);
    assert.deepEqual(changes(without, CLUSTER(A)), ['--', '-E -t 203.0.113.1:443 -vf NO_SPORT']);
  });
});

test('findings of katran tell of vrrp, of persistence, and that nat is not for it', () => {
  const findings = findingsOf(
    render(
      CLUSTER(A).replace(
        '    forwarding: tunnel',
        '    forwarding: tunnel\n    vrrp: { interface: eth0, routerId: 1 }',
      ),
    ),
  );
  for (const expected of [
    'degraded v: katran hands no address from host to host: what vrrp asks for is not in here',
    'degraded v/signalling: a source address stays with its member by hash (NO_SPORT), without a time, and for as long as the members are the same',
  ]) {
    assert.ok(findings.includes(expected), findings.join('\n'));
  }
  const nat = render(CLUSTER(A).replace('tunnel', 'nat'));
  assert.deepEqual(nat.files, []);
  assert.match(findingsOf(nat)[0]!, /^refused .*: katran cannot forward VIP v by nat$/);
});
