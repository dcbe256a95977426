import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { ciscoAce } from '../../src/targets/cisco-ace/index.ts';
import { topologies } from '../topology/arbitrary.ts';
import { findingsOf, intentOf } from './intents.ts';

const render = (yaml: string) => ciscoAce.render(intentOf(yaml));

/** The lines below the head, without their common indent. */
function block(yaml: string, head: string): string[] {
  const lines = (render(yaml).files[0]?.content ?? '').split('\n');
  const start = lines.indexOf(head);
  assert.notEqual(start, -1, `${head} is missing in\n${lines.join('\n')}`);
  const rest = lines.slice(start + 1);
  return rest
    .slice(
      0,
      rest.findIndex((line) => !line.startsWith(' ')),
    )
    .map((line) => line.slice(2));
}

const CLUSTER = (vip: string, drain = 'keep-flows') => `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1]
    signalling: { port: 443, tls: passthrough, persistence: 90s, idleTimeout: 2h }
    media: { protocols: [udp, tcp], ports: 40000-40009, drain: ${drain} }
    ${vip}
nodes:
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], weight: 10, signallingPort: 4443, healthPort: 9100, stunPort: 9100, mediaPorts: 40000-40001 }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], signallingPort: 4443, mediaPorts: 40002, state: draining }
`;

describe('ace.cfg', () => {
  test('shares signalling by weight, each member watched by its own probes, the draining one standing by', () => {
    const yaml = CLUSTER('forwarding: nat');
    assert.deepEqual(block(yaml, 'serverfarm host roomlb-pool-v-v4'), [
      'predictor roundrobin',
      'rserver roomlb-a-v4 4443',
      '  weight 10',
      '  probe roomlb-http-9100',
      '  probe roomlb-stun-9100',
      '  inservice',
      'rserver roomlb-b-v4 4443',
      '  probe roomlb-tcp-4443',
      '  inservice standby',
    ]);
    assert.deepEqual(block(yaml, 'probe udp roomlb-stun-9100').slice(-2), [
      'send-hex-data 000100002112a442526f6f6d4c422d70726f6265',
      'expect hex-regex 0101',
    ]);
    assert.deepEqual(block(yaml, 'policy-map type loadbalance first-match roomlb-pool-v-v4'), [
      'class class-default',
      '  sticky-serverfarm roomlb-pool-v-v4',
    ]);
    assert.deepEqual(block(yaml, 'sticky ip-netmask 255.255.255.255 address source roomlb-pool-v-v4'), [
      'timeout 2',
      'serverfarm roomlb-pool-v-v4',
    ]);
  });

  test('leads all ports of a node by one class map for each protocol, as they are', () => {
    const yaml = CLUSTER('forwarding: nat');
    for (const protocol of ['udp', 'tcp']) {
      assert.deepEqual(block(yaml, `class-map match-all roomlb-${protocol}-40000-v-v4`), [
        `2 match virtual-address 203.0.113.1 ${protocol} range 40000 40001`,
      ]);
      assert.deepEqual(block(yaml, `serverfarm host roomlb-media-${protocol}-a-v4`), [
        'rserver roomlb-a-v4',
        '  inservice',
      ]);
    }
    assert.deepEqual(block(yaml, 'class-map match-all roomlb-udp-40002-v-v4'), [
      '2 match virtual-address 203.0.113.1 udp eq 40002',
    ]);
    const policy = block(yaml, 'policy-map multi-match roomlb');
    assert.equal(policy.filter((line) => line.startsWith('class ')).length, 5);
    assert.deepEqual(policy.slice(0, 4), [
      'class roomlb-tcp-443-v-v4',
      '  loadbalance vip inservice',
      '  loadbalance policy roomlb-pool-v-v4',
      '  connection advanced-options roomlb-idle-7200',
    ]);
  });

  test('takes the TCP media of a draining node out, and its UDP only where that is to be cut', () => {
    const state = (protocol: string, drain: string) =>
      block(CLUSTER('forwarding: nat', drain), `serverfarm host roomlb-media-${protocol}-b-v4`).at(-1);
    assert.equal(state('udp', 'keep-flows'), '  inservice');
    assert.equal(state('udp', 'flush'), '  no inservice');
    assert.equal(state('tcp', 'keep-flows'), '  no inservice');
    assert.ok(
      findingsOf(render(CLUSTER('forwarding: nat'))).some((line) =>
        line.startsWith('degraded v/media/b/udp: UDP media of a draining node stay open'),
      ),
    );
    assert.ok(
      findingsOf(render(CLUSTER('forwarding: nat', 'flush'))).some((line) =>
        line.startsWith('degraded v/media/b/tcp: a real server that is not in service keeps'),
      ),
    );
  });

  test('passes packets on as they are in dsr', () => {
    const yaml = CLUSTER('forwarding: dsr').replaceAll('4443', '443');
    assert.deepEqual(block(yaml, 'serverfarm host roomlb-pool-v-v4').slice(0, 3), [
      'transparent',
      'predictor roundrobin',
      'rserver roomlb-a-v4',
    ]);
  });

  test('rewrites sources on the VLAN of the VIP, and refuses to where nobody names one', () => {
    const vrrp = (device: string) => `snat: true, vrrp: { interface: ${device}, routerId: 51 }`;
    const yaml = (vip: string) => `
cluster: c
vips: [{ id: v, addresses: [203.0.113.1, '2001:db8::1'], media: { protocols: [udp], ports: 40000-40009 }, ${vip} }]
nodes: [{ id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1, 'fd00::1'], mediaPorts: 40000 }]`;
    const policy = block(yaml(vrrp('vlan20')), 'policy-map multi-match roomlb');
    assert.deepEqual(
      policy.filter((line) => line.includes('nat')),
      ['  nat dynamic 104 vlan 20', '  nat dynamic 106 vlan 20'],
    );
    for (const vip of ['snat: true', vrrp('eth0')]) {
      const rendering = render(yaml(vip));
      assert.deepEqual(rendering.files, []);
      assert.match(findingsOf(rendering)[0] ?? '', /^refused v\/media\/a\/udp: ACE rewrites sources/);
    }
  });

  test('has names of 64 characters at most, told apart', () => {
    const long = CLUSTER('forwarding: nat')
      .replace('id: b', `id: ${'b'.repeat(63)}`)
      .replace('id: a', `id: ${'b'.repeat(62)}`);
    const content = render(long).files[0]?.content ?? '';
    const names = [...content.matchAll(/^(?:rserver|serverfarm) host (\S+)$/gm)].map(
      ([, name]) => name ?? '',
    );
    assert.ok(names.every((name) => name.length <= 64));
    assert.equal(names.filter((name) => name.includes('bbb')).length, 6);
    assert.equal(new Set(names).size, 7);
  });
});

test('no UDP flow that shall go on is torn down, and none that shall not is kept', () => {
  fc.assert(
    fc.property(topologies(), (topology) => {
      const intent = buildIntent(clusterView(topology));
      const said = new Map(ciscoAce.render(intent).rules.map(({ key, text }) => [key.split(' ')[0], text]));
      for (const { id, role, protocol, drain, members } of intent.services) {
        const text = said.get(id);
        if (role !== 'media' || protocol !== 'udp' || text === undefined) continue;
        const cut = drain === 'flush' && members[0]!.state === 'draining';
        assert.equal(text.includes(' no inservice ip address '), cut, text);
      }
    }),
  );
});
