import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { driftOf } from '../../src/import/drift.ts';
import { readBack as readIpvs } from '../../src/targets/ipvs/read-back.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import { member, service, type SeenMember, type SeenService } from '../../src/targets/seen.ts';
import { intentOf } from '../targets/intents.ts';

const services = (...lines: string[]) => readIpvs(lines.join('\n')).services;

const wanted = services(
  '-A -t 203.0.113.1:443 -s wrr',
  '-a -t 203.0.113.1:443 -r 10.0.0.1:4443 -m -w 100',
  '-a -t 203.0.113.1:443 -r 10.0.0.2:4443 -m -w 100',
  ...[40000, 40001, 40002].flatMap((port) => [
    `-A -u 203.0.113.1:${port} -s wrr`,
    `-a -u 203.0.113.1:${port} -r 10.0.0.1:${port} -m -w 1`,
  ]),
);

test('the order of lines means nothing, and other addresses are only counted', () => {
  const found = [...wanted].reverse().map((one) => ({ ...one, members: [...one.members].reverse() }));
  const others = services('-A -t 198.51.100.1:80 -s wrr', '-a -t 198.51.100.1:80 -r 10.9.0.1:80 -m -w 1');
  assert.deepEqual(driftOf(wanted, [...others, ...found]), { differences: [], foreign: 1 });
});

test('ports in a row that differ alike are one difference, with its first line', () => {
  const found = services(
    '-A -t 203.0.113.1:443 -s wrr',
    '-a -t 203.0.113.1:443 -r 10.0.0.1:4443 -m -w 50',
    '-a -t 203.0.113.1:443 -r 10.0.0.2:4443 -m -w 100',
    '-A -u 203.0.113.1:40000 -s wrr',
    '-a -u 203.0.113.1:40000 -r 10.0.0.2:40000 -m -w 1',
    '-A -u 203.0.113.1:40001 -s wrr',
    '-a -u 203.0.113.1:40001 -r 10.0.0.2:40001 -m -w 1',
    '-A -u 203.0.113.1:50000 -s wrr',
  );
  const both = ['10.0.0.1:4443 weight 100', '10.0.0.2:4443 weight 100'];
  assert.deepEqual(driftOf(wanted, found).differences, [
    {
      kind: 'different',
      wanted: both,
      found: ['10.0.0.1:4443 weight 50', both[1]],
      line: 1,
      where: 'tcp 203.0.113.1:443',
    },
    {
      kind: 'different',
      wanted: ['10.0.0.1'],
      found: ['10.0.0.2'],
      line: 4,
      where: 'udp 203.0.113.1:40000-40001',
    },
    { kind: 'missing', wanted: ['10.0.0.1'], found: [], line: null, where: 'udp 203.0.113.1:40002' },
    { kind: 'extra', wanted: [], found: [], line: 8, where: 'udp 203.0.113.1:50000' },
  ]);
});

describe('settings', () => {
  const said = service({
    line: 1,
    address: { family: 4, text: '203.0.113.1' },
    protocol: 'tcp',
    ports: { first: 443, last: 443 },
    persistence: 90,
    idleTimeout: 3600,
    members: [
      member({
        line: 2,
        address: { family: 4, text: '10.0.0.1' },
        port: 4443,
        monitor: { kind: 'http', port: 9100, path: '/health' },
        stunPort: 9100,
      }),
    ],
  });
  const without = (edit: Partial<SeenMember>) => said.members.map((one) => ({ ...one, ...edit }));
  const changed: readonly [string, Partial<SeenService>, string, string][] = [
    ['persistence', { persistence: null }, 'persistence 90 s', 'no persistence'],
    ['idle time', { idleTimeout: 60 }, 'idle 3600 s', 'idle 60 s'],
    [
      'monitor',
      { members: without({ monitor: { kind: 'tcp', port: 4443 } }) },
      '10.0.0.1 checked by GET /health at 9100',
      '10.0.0.1 checked by a connection to 4443',
    ],
    [
      'STUN port',
      { members: without({ stunPort: null }) },
      '10.0.0.1 asked by STUN at 9100',
      '10.0.0.1 not asked by STUN',
    ],
  ];
  for (const [what, edit, wants, has] of changed) {
    test(`another ${what} is a difference`, () => {
      const [difference, ...more] = driftOf([said], [{ ...said, ...edit }]).differences;
      assert.deepEqual(more, []);
      assert.deepEqual(difference?.wanted, ['10.0.0.1:4443', wants]);
      assert.deepEqual(difference.found, ['10.0.0.1:4443', has]);
    });
  }

  test('an idle time that the device does not print is none, since it may be its default', () => {
    assert.deepEqual(driftOf([said], [{ ...said, idleTimeout: null }]).differences, []);
  });
});

/** What the topology asks for now, and what it asked for when the device was set up. */
const CHANGES: readonly [string, string, string][] = [
  ['persistence', 'persistence: 120s, ', ''],
  ['the idle time of signalling', 'idleTimeout: 1h', 'idleTimeout: 2h'],
  ['the idle time of media', 'idleTimeout: 120s', 'idleTimeout: 300s'],
  ['the health port', 'healthPort: 9100', 'healthPort: 9200'],
  ['the STUN port', 'stunPort: 9101', 'stunPort: 9201'],
  ['snat', 'forwarding: nat', 'snat: true'],
  ['a node that drains', 'mediaPorts: 40002', 'mediaPorts: 40002, state: draining'],
];
const CLUSTER = `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1]
    forwarding: nat
    signalling: { port: 443, tls: passthrough, persistence: 120s, idleTimeout: 1h }
    media: { ports: 40000-40009, idleTimeout: 120s }
nodes:
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], signallingPort: 4443, healthPort: 9100, stunPort: 9101, mediaPorts: 40000-40001 }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], signallingPort: 4443, healthPort: 9100, stunPort: 9101, mediaPorts: 40002 }
`;

for (const target of TARGETS) {
  const { name, kind, readBack } = target;
  if (kind !== 'device' || !readBack) continue;
  const services = (yaml: string) => readBack(target.render(intentOf(yaml)).files[0]?.content ?? '').services;
  test(`of ${name} every setting is compared that it reads`, () => {
    for (const [what, now, then] of CHANGES) {
      const drift = driftOf(services(CLUSTER), services(CLUSTER.replaceAll(now, then)));
      assert.notDeepEqual(drift.differences, [], what);
    }
  });
}
