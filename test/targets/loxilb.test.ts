import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { loxilb } from '../../src/targets/loxilb/index.ts';
import { findingsOf, intentOf, linesOf } from './intents.ts';

const render = (yaml: string) => loxilb.render(intentOf(yaml));
const calls = (yaml: string) =>
  linesOf(render(yaml), 'loxilb.sh').map((line) => line.replace('loxicmd create ', ''));
const changes = (from: string, to: string) => {
  const { drain, change } = loxilb.changes!.between(intentOf(from), intentOf(to));
  return [...drain, '--', ...change].map((line) => line.replace('loxicmd ', ''));
};

const CLUSTER = (nodes: string, vip = 'forwarding: nat', drain = 'keep-flows') => `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1]
    signalling: { port: 443, tls: passthrough }
    media: { protocols: [udp], ports: 40000-49999, drain: ${drain} }
    ${vip}
nodes:
${nodes}
`;
const node = (id: string, last: number, more: string) =>
  `  - { id: ${id}, kind: mediasoup, vip: v, addresses: [10.0.${last >> 8}.${last & 255}], signallingPort: 443, mediaPorts: ${40_000 + last}, ${more} }\n`;
const A = node('a', 1, 'weight: 150, healthPort: 9100');
const B = node('b', 2, 'weight: 50');
const C = node('c', 3, 'weight: 100, state: draining');

describe('loxilb.sh', () => {
  test('shares signalling by places out of 16, leaves who drains out of it, and asks under the names that rules use', () => {
    assert.deepEqual(calls(CLUSTER(A + B + C)), [
      'lb 203.0.113.1 --tcp=443:443 --endpoints=10.0.0.1:75,10.0.0.2:25 --select=priority --inatimeout=3600',
      'lb 203.0.113.1 --udp=40001:40001 --endpoints=10.0.0.1:1 --select=rr --inatimeout=60',
      'lb 203.0.113.1 --udp=40002:40002 --endpoints=10.0.0.2:1 --select=rr --inatimeout=60',
      'lb 203.0.113.1 --udp=40003:40003 --endpoints=10.0.0.3:1 --select=rr --inatimeout=60',
      'endpoint 10.0.0.1 --name=10.0.0.1_tcp_443 --probetype=http --probeport=9100 --probereq=health --period=5 --retries=3',
      'endpoint 10.0.0.2 --name=10.0.0.2_tcp_443 --probetype=tcp --probeport=443 --period=5 --retries=3',
    ]);
  });

  test('says the mode: one-arm for snat, where media are not to be asked, and dsr with its hash', () => {
    const onearm = calls(CLUSTER(B, 'snat: true'));
    assert.ok(
      onearm.includes(
        'lb 203.0.113.1 --udp=40002:40002 --endpoints=10.0.0.2:1 --select=rr --mode=onearm --inatimeout=60',
      ),
    );
    assert.ok(onearm.includes('endpoint 10.0.0.2 --name=10.0.0.2_udp_40002 --probetype=none'));
    assert.match(
      calls(CLUSTER(A + B, 'forwarding: dsr'))[0]!,
      / --endpoints=10.0.0.1:1,10.0.0.2:1 --select=hash --mode=dsr /,
    );
    assert.deepEqual(render(CLUSTER(A, 'forwarding: tunnel')).files, []);
  });

  test('leaves out media that drain by flush', () => {
    assert.ok(calls(CLUSTER(A + C)).some((call) => call.includes(':40003')));
    assert.ok(!calls(CLUSTER(A + C, 'forwarding: nat', 'flush')).some((call) => call.includes(':40003')));
  });

  test('asks IPv6 nodes by a connection, since LoxiLB makes no URL of their addresses', () => {
    const six = CLUSTER(A)
      .replace('[203.0.113.1]', "[203.0.113.1, '2001:db8::1']")
      .replace('[10.0.0.1]', "[10.0.0.1, 'fd00::1']");
    assert.ok(
      calls(six).includes(
        'endpoint fd00::1 --name=fd00::1_tcp_443 --probetype=tcp --probeport=9100 --period=5 --retries=3',
      ),
    );
    assert.ok(
      findingsOf(render(six)).some((text) =>
        text.startsWith('degraded v/signalling: LoxiLB writes no brackets'),
      ),
    );
  });
});

test('weights become places as LoxiLB counts them: 16 together, one at least each, in proportion where that is possible', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 2, maxLength: 16 }), (weights) => {
      fc.pre(new Set(weights).size > 1);
      const yaml = CLUSTER(weights.map((weight, i) => node(`n${i}`, i + 1, `weight: ${weight}`)).join(''));
      const [, list] = /--endpoints=(\S+) --select=priority/.exec(calls(yaml)[0]!)!;
      // LB2DP() in rules.go.
      const slots = list!.split(',').map((one) => Math.floor((Number(one.split(':')[1]) * 16) / 100));
      assert.equal(
        slots.reduce((sum, one) => sum + one, 0),
        16,
      );
      assert.ok(slots.every((one) => one >= 1));
      const total = weights.reduce((sum, one) => sum + one, 0);
      const exact = weights.map((weight) => (weight * 16) / total);
      if (exact.every((share) => Number.isInteger(share) && share >= 1)) assert.deepEqual(slots, exact);
      const lost = findingsOf(render(yaml)).some((text) => text.includes('other shares than their weights'));
      assert.equal(lost, !slots.every((one, i) => one * total === weights[i]! * 16));
    }),
    { numRuns: 150 },
  );
});

describe('limits of loxilb', () => {
  const many = (n: number) =>
    CLUSTER(Array.from({ length: n }, (_, i) => node(`n${i}`, i + 1, 'weight: 1')).join(''));
  const refused = (yaml: string) => findingsOf(render(yaml)).filter((text) => text.startsWith('refused'));

  test('32 endpoints are taken, and a pool of more is refused', () => {
    assert.deepEqual(refused(many(32)), []);
    assert.deepEqual(refused(many(33)), ['refused v/signalling: a rule of LoxiLB has room for 32 endpoints']);
  });

  test('2047 rules are taken, and of more those refused that are beyond', () => {
    assert.equal(refused(many(2047)).length, 1);
    assert.match(refused(many(2048))[1]!, /^refused v\/media\/n2047\/udp: LoxiLB has room for 2047 rules/);
    assert.equal(calls(many(2048)).filter((call) => call.startsWith('lb ')).length, 2047);
  });

  test('one target port for all members of a pool', () => {
    assert.match(
      refused(CLUSTER(A + B.replace('signallingPort: 443', 'signallingPort: 4443')))[0]!,
      /^refused v\/signalling: members listen on different ports/,
    );
  });
});

describe('changes of loxilb', () => {
  test('take a member that leaves out of the pool first, and its own rules away when it is empty', () => {
    assert.deepEqual(changes(CLUSTER(A + B), CLUSTER(A)), [
      'create lb 203.0.113.1 --tcp=443:443 --endpoints=10.0.0.1:75 --select=priority --inatimeout=3600',
      '--',
      'delete lb 203.0.113.1 --udp=40002',
      'create lb 203.0.113.1 --tcp=443:443 --endpoints=10.0.0.1:1 --select=rr --inatimeout=3600',
    ]);
  });

  test('make a rule anew where another idle time or mode would be passed over', () => {
    const [, ...change] = changes(CLUSTER(B), CLUSTER(B, 'snat: true'));
    assert.deepEqual(change, [
      'delete lb 203.0.113.1 --tcp=443',
      'delete lb 203.0.113.1 --udp=40002',
      'create lb 203.0.113.1 --tcp=443:443 --endpoints=10.0.0.2:1 --select=rr --mode=onearm --inatimeout=3600',
      'create lb 203.0.113.1 --udp=40002:40002 --endpoints=10.0.0.2:1 --select=rr --mode=onearm --inatimeout=60',
      'create endpoint 10.0.0.2 --name=10.0.0.2_tcp_443 --probetype=tcp --probeport=443 --period=5 --retries=3',
      'create endpoint 10.0.0.2 --name=10.0.0.2_udp_40002 --probetype=none',
    ]);
  });
});
