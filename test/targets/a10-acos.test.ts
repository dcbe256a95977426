import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { a10Acos } from '../../src/targets/a10-acos/index.ts';
import { findingsOf, intentOf } from './intents.ts';

const render = (yaml: string) => a10Acos.render(intentOf(yaml));

/** The block that begins with this line, without it and without its indentation. */
function block(yaml: string, head: string): string[] {
  const blocks = (render(yaml).files[0]?.content ?? '').split('\n!\n').map((text) => text.split('\n'));
  const found = blocks.find(([first]) => first === head);
  assert.ok(found, `${head} is missing in\n${render(yaml).files[0]?.content ?? ''}`);
  return found.slice(1).map((line) => line.trim());
}

const CLUSTER = (vip: string, drain = 'keep-flows') => `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1]
    signalling: { port: 443, tls: passthrough, persistence: 90s, idleTimeout: 2h }
    media: { protocols: [udp], ports: 40000-40009, drain: ${drain} }
    ${vip}
nodes:
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], weight: 50, signallingPort: 443, healthPort: 9100, stunPort: 9100, mediaPorts: 40000-40001 }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], signallingPort: 443, healthPort: 9100, stunPort: 9100, mediaPorts: 40002, state: draining }
`;

describe('acos.cfg', () => {
  test('shares signalling by the weights of ports, watched by one compound monitor, the draining member disabled', () => {
    assert.deepEqual(block(CLUSTER('forwarding: nat'), 'slb service-group roomlb-pool-tcp-443-v-v4 tcp'), [
      'method service-weighted-rr',
      'health-check roomlb-http-9100-stun-9100',
      'member roomlb-a-v4 443',
      'member roomlb-b-v4 443',
      'disable',
    ]);
    assert.equal(
      block(CLUSTER('forwarding: nat'), 'health monitor roomlb-http-9100-stun-9100').at(-1),
      'method compound sub roomlb-http-9100 sub roomlb-stun-9100 and',
    );
    assert.deepEqual(block(CLUSTER('forwarding: nat'), 'slb server roomlb-a-v4 10.0.0.1'), [
      'health-check-disable',
      'port 443 tcp',
      'health-check-disable',
      'weight 50',
      'port 40000 udp',
      'health-check-disable',
      'port 40001 udp',
      'health-check-disable',
    ]);
  });

  test('has a virtual server for the address, with a port each, by mode', () => {
    const ports = (vip: string) => block(CLUSTER(vip), 'slb virtual-server roomlb-v-v4 203.0.113.1');
    assert.deepEqual(ports('snat: true').slice(0, 9), [
      'port 443 tcp',
      'source-nat auto',
      'service-group roomlb-pool-tcp-443-v-v4',
      'template persist source-ip roomlb-source-2',
      'template tcp roomlb-tcp-7200',
      'port 40000 udp',
      'source-nat auto',
      'service-group roomlb-media-udp-40000-v-v4',
      'template udp roomlb-udp-60',
    ]);
    assert.ok(ports('forwarding: dsr').includes('no-dest-nat'));
    assert.ok(ports('forwarding: tunnel').includes('ipinip'));
    assert.ok(!ports('forwarding: nat').some((line) => /nat|ipinip/.test(line)));
  });

  test('ends the sessions of a draining node only where that was asked', () => {
    const server = (drain: string) =>
      block(CLUSTER('forwarding: nat', drain), 'slb server roomlb-b-v4 10.0.0.2');
    const member = (drain: string) =>
      block(CLUSTER('forwarding: nat', drain), 'slb service-group roomlb-media-udp-40002-v-v4 udp');
    assert.deepEqual(member('keep-flows'), ['health-check-disable', 'member roomlb-b-v4 40002', 'disable']);
    assert.ok(!server('keep-flows').includes('disable'));
    assert.deepEqual(member('flush'), ['health-check-disable', 'member roomlb-b-v4 40002']);
    assert.deepEqual(server('flush').slice(-4), [
      'port 40002 udp',
      'template port roomlb-flush',
      'health-check-disable',
      'disable',
    ]);
    assert.deepEqual(block(CLUSTER('forwarding: nat', 'flush'), 'slb template port roomlb-flush'), [
      'del-session-on-server-down',
    ]);
  });

  test('joins VRRP-A where the id fits, and says so where not', () => {
    const vrrp = (id: number) => CLUSTER(`vrrp: { interface: eth0, routerId: ${id}, priority: 150 }`);
    assert.deepEqual(block(vrrp(31), 'vrrp-a vrid 31'), ['blade-parameters', 'priority 150']);
    assert.equal(block(vrrp(31), 'slb virtual-server roomlb-v-v4 203.0.113.1')[0], 'vrid 31');
    assert.equal(block(vrrp(32), 'slb virtual-server roomlb-v-v4 203.0.113.1')[0], 'port 443 tcp');
    assert.ok(
      findingsOf(render(vrrp(32))).includes(
        'degraded v: several devices cannot share these: VRRP-A takes ids of 1 to 31',
      ),
    );
  });

  test('watches the shared port, never the one that is a node’s own', () => {
    const own = CLUSTER('forwarding: nat').replace('port: 443, tls', 'port: 443, ports: 20000-20009, tls');
    assert.deepEqual(block(own, 'slb service-group roomlb-own-tcp-20000-v-v4 tcp'), [
      'health-check-disable',
      'member roomlb-a-v4 443',
    ]);
    assert.equal(
      block(own, 'slb server roomlb-a-v4 10.0.0.1').filter((line) => line === 'port 443 tcp').length,
      1,
    );
  });
});

test('findings of a10-acos tell what it rounds, and that its UDP monitor sends no STUN', () => {
  const findings = findingsOf(
    render(
      CLUSTER('forwarding: nat')
        .replace('idleTimeout: 2h', 'idleTimeout: 100s')
        .replace('weight: 50', 'weight: 255')
        .replace('state: draining', 'weight: 101'),
    ),
  );
  for (const expected of [
    'degraded v/signalling: the idle time of VIP v is 120 s instead of 100 s: ACOS takes 60 to 15000 s, in steps of 60 s',
    'degraded v/signalling: the persistence of VIP v is 120 s instead of 90 s: ACOS takes 60 to 120000 s, in steps of 60 s',
    'degraded v/signalling: weights are rounded to 1 to 100',
    'degraded v/signalling: its UDP check cannot send STUN: a STUN port that answers nothing is up, unless it is refused',
  ]) {
    assert.ok(findings.includes(expected), findings.join('\n'));
  }
});
