import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ciscoIosSlb } from '../../src/targets/cisco-ios-slb/index.ts';
import { findingsOf, intentOf } from './intents.ts';

const render = (yaml: string) => ciscoIosSlb.render(intentOf(yaml));

/** The file without comments and separators. */
function linesOf(yaml: string): string[] {
  const [file] = render(yaml).files;
  return (file?.content ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('!'));
}

describe('ios-slb.cfg', () => {
  test('shares signalling by weight, sticks to a source, and takes the draining node out of service', () => {
    const lines = linesOf(`
cluster: c
vips: [{ id: v, addresses: [203.0.113.1], signalling: { port: 443, tls: passthrough, persistence: 5m, idleTimeout: 2h } }]
nodes:
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], weight: 10, signallingPort: 4443, healthPort: 9100, stunPort: 9100 }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], signallingPort: 4443, healthPort: 9100, stunPort: 9100, state: draining }`);
    assert.deepEqual(lines, [
      'ip slb probe RL-HTTP-9100 http',
      ' port 9100',
      ' interval 5',
      ' request method get url /health',
      ' expect status 200',
      'ip slb probe RL-STUN-9100 custom udp',
      ' port 9100',
      ' interval 5',
      ' timeout 2',
      ' faildetect 3',
      ' request data 0 00 01 00 00 21 12 a4 42 52 6f 6f 6d 4c 42 2d 70 72 6f 62 65',
      ' response 1 data 0 01 01',
      'ip slb serverfarm RLS-v',
      ' nat server',
      ' predictor roundrobin',
      ' probe RL-HTTP-9100',
      ' probe RL-STUN-9100',
      ' real 10.0.0.1 4443',
      '  weight 10',
      '  inservice',
      ' real 10.0.0.2 4443',
      '  no inservice',
      'ip slb vserver RLT443-v',
      ' virtual 203.0.113.1 tcp 443',
      ' serverfarm RLS-v',
      ' sticky 300',
      ' idle 7200',
      ' inservice',
    ]);
  });

  test('has a vserver for each media port and protocol, and one farm for the node', () => {
    const lines = linesOf(`
cluster: c
vips: [{ id: v, addresses: [203.0.113.1], forwarding: dsr, media: { ports: 40000-40009 } }]
nodes: [{ id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], mediaPorts: 40000-40001 }]`);
    assert.deepEqual(lines.slice(0, 3), ['ip slb serverfarm RLM-a', ' real 10.0.0.1', '  inservice']);
    assert.deepEqual(
      lines.filter((line) => /virtual|vserver/.test(line)),
      [
        'ip slb vserver RLU40000-v',
        ' virtual 203.0.113.1 udp 40000',
        'ip slb vserver RLU40001-v',
        ' virtual 203.0.113.1 udp 40001',
        'ip slb vserver RLT40000-v',
        ' virtual 203.0.113.1 tcp 40000',
        'ip slb vserver RLT40001-v',
        ' virtual 203.0.113.1 tcp 40001',
      ],
    );
  });

  test('follows an HSRP group where the VIP has vrrp on an interface of IOS', () => {
    const yaml = (device: string) => `
cluster: c
vips: [{ id: v, addresses: [203.0.113.1], media: { protocols: [udp], ports: 40000-40009 }, vrrp: { interface: ${device}, routerId: 51, priority: 150 } }]
nodes: [{ id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], mediaPorts: 40000 }]`;
    assert.deepEqual(linesOf(yaml('Vlan10')).slice(0, 4), [
      'interface Vlan10',
      ' standby 51 name RLG-v',
      ' standby 51 priority 150',
      ' standby 51 timers 1 3',
    ]);
    assert.equal(linesOf(yaml('Vlan10')).at(-1), ' inservice standby RLG-v');
    assert.equal(linesOf(yaml('eth0')).at(-1), ' inservice');
    assert.ok(
      findingsOf(render(yaml('eth0'))).some((line) => line.startsWith('degraded v: several switches')),
    );
  });

  test('names a second address of a VIP apart from the first', () => {
    const lines = linesOf(`
cluster: c
vips: [{ id: v, addresses: [203.0.113.1, 203.0.113.2], media: { protocols: [udp], ports: 40000-40009 } }]
nodes: [{ id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], mediaPorts: 40000 }]`);
    const names = lines.filter((line) => line.includes('vserver')).map((line) => line.split(' ')[3]);
    assert.equal(new Set(names).size, 2);
    for (const name of names) assert.ok((name ?? '').length <= 15);
  });
});

describe('findings of cisco-ios-slb', () => {
  const yaml = (vip: string, node = "addresses: [10.0.0.1, 'fd00::1']") => `
cluster: c
vips: [{ id: v, addresses: [203.0.113.1, '2001:db8::1'], ${vip} }]
nodes: [{ id: a, kind: mediasoup, vip: v, ${node}, mediaPorts: 40000 }]`;
  const media = 'media: { protocols: [udp], ports: 40000-40009, idleTimeout: 5s }';

  test('name what it cannot carry', () => {
    const tunnel = render(yaml(`forwarding: tunnel, ${media}`));
    assert.deepEqual(tunnel.files, []);
    assert.deepEqual(findingsOf(tunnel), ['refused v/media/a/udp: IOS SLB cannot forward VIP v by tunnel']);
    const six = render(yaml(media, "addresses: ['fd00::1']"));
    assert.deepEqual(six.files, []);
    assert.deepEqual(findingsOf(six), [
      'refused v/media/a/udp: IOS SLB speaks IPv4 only, and these have no member or VIP address of it',
    ]);
  });

  test('name what differs from what was asked', () => {
    assert.deepEqual(findingsOf(render(yaml(`snat: true, ${media}`))).slice(0, 3), [
      'degraded v/media/a/udp: IOS SLB speaks IPv4 only, so the IPv6 addresses of VIP v are not in here',
      'degraded v/media/a/udp: the idle time of VIP v is 10 s instead of 5 s: IOS SLB takes 10 to 65535 s',
      'degraded v: the source is rewritten from pool RL-SNAT, whose addresses the topology does not know',
    ]);
  });

  test('tell that flushing needs a hand', () => {
    const rendering = render(
      yaml(media.replace('5s', '60s, drain: flush'), 'addresses: [10.0.0.1], state: draining'),
    );
    assert.ok(
      findingsOf(rendering).includes(
        'degraded v/media/a/udp: a real server that is not in service keeps the flows that it has',
      ),
    );
    assert.match(rendering.files[0]?.content ?? '', /\n {2}no inservice\n/);
  });
});
