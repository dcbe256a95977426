import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { sharesOf } from '../../src/targets/cisco-nxos-itd/buckets.ts';
import { ciscoNxosItd } from '../../src/targets/cisco-nxos-itd/index.ts';
import { topologies } from '../topology/arbitrary.ts';
import { findingsOf, intentOf } from './intents.ts';

const render = (yaml: string) => ciscoNxosItd.render(intentOf(yaml));

/** The file without comments and separators. */
function linesOf(yaml: string): string[] {
  const [file] = render(yaml).files;
  return (file?.content ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('!'));
}

const CLUSTER = (vip: string, drain = 'keep-flows') => `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1]
    media: { protocols: [udp, tcp], ports: 40000-40009, drain: ${drain} }
    ${vip}
nodes:
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], weight: 200, signallingPort: 4443, healthPort: 9100, stunPort: 9100, mediaPorts: 40000-40001 }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], weight: 100, signallingPort: 4443, healthPort: 9100, stunPort: 9100, mediaPorts: 40002 }
  - { id: d, kind: mediasoup, vip: v, addresses: [10.0.0.3], signallingPort: 4443, healthPort: 9100, stunPort: 9100, mediaPorts: 40003, state: draining }
`;
const SIGNALLING = 'signalling: { port: 443, tls: passthrough }';

describe('nxos-itd.cfg', () => {
  test('shares signalling by buckets of the source, translated, the draining member standing by', () => {
    const lines = linesOf(CLUSTER(`${SIGNALLING}\n    vrrp: { interface: Vlan10, routerId: 51 }`));
    assert.deepEqual(lines.slice(0, 22), [
      'interface Vlan10',
      '  hsrp 51',
      '    priority 100',
      '    timers 1 3',
      'itd device-group RLP-v-v4',
      '  probe tcp port 9100 frequency 5 timeout 2 retry-down-count 3 retry-up-count 2',
      '  node ip 10.0.0.1',
      '    port 4443',
      '    weight 2',
      '  node ip 10.0.0.2',
      '    port 4443',
      '  node ip 10.0.0.3',
      '    port 4443',
      '    mode hot-standby',
      'itd RLB-v-v4',
      '  virtual ip 203.0.113.1 255.255.255.255 tcp 443 advertise enable device-group RLP-v-v4',
      '  ingress interface Vlan10',
      '  failaction node reassign',
      '  load-balance method src ip buckets 4',
      '  nat destination',
      '  no shutdown',
      'ip nat inside source static udp 10.0.0.1 40000 203.0.113.1 40000',
    ]);
  });

  test('translates each port of a node by a line, of one that drains only where its flows go on', () => {
    const ports = (drain: string) =>
      linesOf(CLUSTER('', drain)).filter((line) => line.startsWith('ip nat') && line.includes(' udp '));
    assert.deepEqual(ports('keep-flows'), [
      'ip nat inside source static udp 10.0.0.1 40000 203.0.113.1 40000',
      'ip nat inside source static udp 10.0.0.1 40001 203.0.113.1 40001',
      'ip nat inside source static udp 10.0.0.2 40002 203.0.113.1 40002',
      'ip nat inside source static udp 10.0.0.3 40003 203.0.113.1 40003',
    ]);
    assert.deepEqual(ports('flush'), ports('keep-flows').slice(0, 3));
    const rule = render(CLUSTER('', 'flush')).rules.find(({ key }) => key.startsWith('v/media/d/udp '));
    assert.match(rule?.text ?? '', /^not forwarded:/);
  });

  test('redirects everything in dsr, each node by a group of its own, both families', () => {
    const lines = linesOf(`
cluster: c
vips: [{ id: v, addresses: [203.0.113.1, '2001:db8::1'], forwarding: dsr, media: { protocols: [udp], ports: 40000-40009 } }]
nodes: [{ id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1, 'fd00::1'], mediaPorts: 40000-40001 }]`);
    assert.deepEqual(lines, [
      'itd device-group RLN-a-v4',
      '  node ip 10.0.0.1',
      'itd device-group RLN-a-v6',
      '  node ipv6 fd00::1',
      'itd RLB-v-v4',
      '  virtual ip 203.0.113.1 255.255.255.255 udp 40000 advertise enable device-group RLN-a-v4',
      '  virtual ip 203.0.113.1 255.255.255.255 udp 40001 advertise enable device-group RLN-a-v4',
      '  load-balance method src ip',
      '  no shutdown',
      'itd RLB-v-v6',
      '  virtual ipv6 2001:db8::1 128 udp 40000 advertise enable device-group RLN-a-v6',
      '  virtual ipv6 2001:db8::1 128 udp 40001 advertise enable device-group RLN-a-v6',
      '  load-balance method src ip',
      '  no shutdown',
    ]);
  });
});

describe('findings of cisco-nxos-itd', () => {
  const refused = (vip: string) =>
    findingsOf(render(CLUSTER(vip))).filter((line) => line.startsWith('refused '));

  test('refuse what it cannot translate', () => {
    assert.match(refused(`${SIGNALLING}\n    snat: true`)[0] ?? '', /NX-OS cannot rewrite the sources/);
    assert.deepEqual(refused('signalling: { port: 443, ports: 20000-20009, tls: passthrough }'), [
      'refused v/signalling: what a node answers is translated back to one port of the VIP, and these nodes have ports of their own there',
    ]);
    assert.match(refused('forwarding: tunnel')[0] ?? '', /ITD cannot forward VIP v by tunnel/);
  });

  test('name what is asked less, or forgotten', () => {
    const lines = findingsOf(render(CLUSTER(SIGNALLING))).map((line) => line.slice(0, 60));
    for (const start of [
      'degraded v/signalling: health ports are asked for a connectio',
      'degraded v/signalling: STUN is not asked: UDP probes of ITD w',
      'degraded v/signalling: ITD remembers no connections: those of',
      'degraded v/media/d/tcp,v/media/d/udp: media of a draining nod',
      'degraded v: the last line of the ITD service (no shutdown) is refused',
    ])
      assert.ok(lines.includes(start.slice(0, 60)), `${start}\n${lines.join('\n')}`);
  });

  test('name translations that are too many', () => {
    const many = CLUSTER('').replace('40000-40009', '40000-49999').replace('40003,', '41000-41600,');
    const found = findingsOf(render(many)).find((line) => line.includes('beyond the 1024'));
    assert.match(found ?? '', /^degraded v\/media\/d\/tcp: these are beyond/);
  });
});

test('a port that another node takes is let go first, in a service that is shut', () => {
  const yaml = (a: number, b: number) => `
cluster: c
vips: [{ id: v, addresses: [203.0.113.1], forwarding: dsr, media: { protocols: [udp], ports: 40000-40009 } }]
nodes:
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], mediaPorts: ${a} }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], mediaPorts: ${b} }`;
  const { drain, change } = ciscoNxosItd.changes!.between(
    intentOf(yaml(40000, 40001)),
    intentOf(yaml(40001, 40000)),
  );
  const line = (port: number, node: string) =>
    `virtual ip 203.0.113.1 255.255.255.255 udp ${port} advertise enable device-group RLN-${node}-v4`;
  assert.deepEqual(drain, []);
  assert.deepEqual(change, [
    'itd RLB-v-v4',
    '  shutdown',
    'itd RLB-v-v4',
    `  no ${line(40000, 'a')}`,
    `  no ${line(40001, 'b')}`,
    `  ${line(40000, 'b')}`,
    `  ${line(40001, 'a')}`,
    'itd RLB-v-v4',
    '  no shutdown',
  ]);
});

test('no two translations have an end in common, and no two lines of ITD lead from one port', () => {
  fc.assert(
    fc.property(topologies(), (topology) => {
      const content = ciscoNxosItd.render(buildIntent(clusterView(topology))).files[0]?.content ?? '';
      const inside = content.match(/(?<=static )\S+ \S+ \S+/g) ?? [];
      const outside = [...content.matchAll(/static (\S+) \S+ \S+ (.*)$/gm)].map(([, a, b]) => `${a} ${b}`);
      const virtuals = content.match(/virtual .* advertise/g) ?? [];
      for (const ends of [inside, outside, virtuals]) assert.equal(new Set(ends).size, ends.length);
    }),
  );
});

test('shares keep to their buckets, and the order of weights', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 256 });
  const [pool] = intentOf(CLUSTER(SIGNALLING)).services;
  fc.assert(
    fc.property(weights, (list) => {
      const members = list.map((weight, i) => ({ ...pool!.members[0]!, node: `n${i}`, weight }));
      const { buckets, weights: shares, exact } = sharesOf({ ...pool!, members });
      const total = [...shares.values()].reduce((sum, weight) => sum + weight, 0);
      assert.ok(total <= buckets && buckets <= 256 && Number.isInteger(Math.log2(buckets)));
      assert.equal(shares.size, list.filter((weight) => weight > 0).length);
      for (const [a, share] of shares)
        for (const [b, other] of shares) {
          const [x, y] = [list[Number(a.slice(1))]!, list[Number(b.slice(1))]!];
          if (x >= y) assert.ok(share >= other);
          if (exact) assert.equal(share * y, other * x);
        }
    }),
    { numRuns: 50 },
  );
});
