/** F5 BIG-IP, by tmsh and by AS3: the same objects in two dialects. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { f5As3 } from '../../src/targets/f5-as3/index.ts';
import { f5Tmsh } from '../../src/targets/f5-tmsh/index.ts';
import { findingsOf, intentOf, linesOf } from './intents.ts';

const CLUSTER = (forwarding: string, extra = '') => `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1, '2001:db8::1']
    forwarding: ${forwarding}
    signalling: { port: 443, tls: passthrough, persistence: 5m }
    media: { protocols: [udp], ports: 40000-40009 }
    ${extra}
nodes:
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1, 'fd00::1'], weight: 50, signallingPort: 443, healthPort: 9100, stunPort: 9100, mediaPorts: 40000-40001 }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], signallingPort: 443, healthPort: 9100, stunPort: 9100, mediaPorts: 40002, state: draining }
`;

/** One stanza of roomlb.conf, without its indentation. */
function stanza(yaml: string, head: string): string[] {
  const lines = linesOf(f5Tmsh.render(intentOf(yaml)), 'roomlb.conf');
  const start = lines.indexOf(`${head} {`);
  assert.notEqual(start, -1, `${head} is missing in\n${lines.join('\n')}`);
  return lines.slice(start + 1, lines.indexOf('}', start)).map((line) => line.trim());
}

function declaration(yaml: string): Record<string, Record<string, Record<string, unknown>>> {
  return JSON.parse(f5As3.render(intentOf(yaml)).files[0]!.content).declaration.roomlb_c;
}

describe('bigip.conf', () => {
  test('has a pool by weight, checked by all monitors, whose draining member takes nothing new', () => {
    assert.deepEqual(stanza(CLUSTER('nat'), 'ltm pool /Common/roomlb-signalling-v-v4'), [
      'members {',
      '/Common/roomlb-a-v4:443 {',
      'address 10.0.0.1',
      '}',
      '/Common/roomlb-b-v4:443 {',
      'address 10.0.0.2',
      'session user-disabled',
      '}',
      '}',
      'monitor /Common/roomlb-http-9100 and /Common/roomlb-stun-9100',
    ]);
  });

  test('keeps a source with its member for the time that was asked', () => {
    const virtual = stanza(CLUSTER('nat'), 'ltm virtual /Common/roomlb-tcp-443-v-v4');
    assert.ok(virtual.includes('/Common/roomlb-source-300 {'));
    assert.deepEqual(
      stanza(CLUSTER('nat'), 'ltm persistence source-addr /Common/roomlb-source-300').at(-1),
      'timeout 300',
    );
  });

  test('has one node for an address that two share', () => {
    const shared = CLUSTER('nat').replace(
      '10.0.0.2], signallingPort: 443, healthPort: 9100, stunPort: 9100',
      '10.0.0.1], signallingPort: 444',
    );
    const lines = linesOf(f5Tmsh.render(intentOf(shared)), 'roomlb.conf');
    assert.deepEqual(
      lines.filter((line) => line.startsWith('ltm node')),
      ['ltm node /Common/roomlb-a-v4 {', 'ltm node /Common/roomlb-a-v6 {'],
    );
    assert.ok(lines.includes('        /Common/roomlb-a-v4:444 {'));
  });

  test('has one virtual a media port, whose pool member keeps the port, for IPv6 with a dot', () => {
    assert.deepEqual(stanza(CLUSTER('nat', 'snat: true'), 'ltm virtual /Common/roomlb-udp-40001-v-v6'), [
      'destination /Common/2001:db8::1.40001',
      'ip-protocol udp',
      'mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      'pool /Common/roomlb-media-a-v6',
      'profiles {',
      '/Common/roomlb-l4-60 { }',
      '}',
      'source ::/0',
      'source-address-translation {',
      'type automap',
      '}',
      'translate-address enabled',
      'translate-port enabled',
    ]);
    assert.ok(
      stanza(CLUSTER('nat'), 'ltm pool /Common/roomlb-media-a-v6').includes('/Common/roomlb-a-v6:0 {'),
    );
  });

  test('translates nothing in dsr, and wraps in IP-in-IP for a tunnel', () => {
    const virtual = stanza(CLUSTER('dsr'), 'ltm virtual /Common/roomlb-udp-40000-v-v4');
    assert.deepEqual(virtual.slice(-2), ['translate-address disabled', 'translate-port disabled']);
    assert.ok(virtual.includes('/Common/roomlb-l4-60-direct { }'));
    assert.ok(!stanza(CLUSTER('dsr'), 'ltm pool /Common/roomlb-media-a-v4').includes('/Common/ipip { }'));
    assert.ok(stanza(CLUSTER('tunnel'), 'ltm pool /Common/roomlb-media-a-v4').includes('/Common/ipip { }'));
  });

  test('is one transaction of commands as well, which the shell passes on as they are', () => {
    const script = linesOf(f5Tmsh.render(intentOf(CLUSTER('nat'))), 'roomlb-tmsh.sh');
    assert.deepEqual(script.slice(0, 2), ["tmsh <<'END'", 'create cli transaction']);
    assert.deepEqual(script.slice(-2), ['submit cli transaction', 'END']);
    assert.ok(
      script.includes(
        'create ltm pool /Common/roomlb-media-b-v4 members add { /Common/roomlb-b-v4:0 { address 10.0.0.2 session user-disabled } }',
      ),
    );
    const stanzas = linesOf(f5Tmsh.render(intentOf(CLUSTER('nat'))), 'roomlb.conf').filter((line) =>
      line.startsWith('ltm '),
    );
    assert.deepEqual(
      script
        .filter((line) => line.startsWith('create ltm'))
        .map((line) => line.split(' ').slice(1, 3).join(' ')),
      stanzas.map((line) => line.split(' ').slice(0, 2).join(' ')),
    );
  });
});

describe('AS3', () => {
  test('has the same pools and virtuals, in a tenant of its own', () => {
    const { Shared, vip_v: vip } = declaration(CLUSTER('nat'));
    assert.deepEqual(Object.keys(Shared!), [
      'class',
      'template',
      'monitor_http-9100',
      'monitor_stun-9100',
      'l4_3600',
      'l4_60',
      'source_300',
    ]);
    assert.deepEqual(vip!.media_b_v4, {
      class: 'Pool',
      loadBalancingMode: 'round-robin',
      members: [
        {
          servicePort: 0,
          serverAddresses: ['10.0.0.2'],
          adminState: 'disable',
          shareNodes: true,
          remark: 'b',
        },
      ],
    });
    assert.deepEqual(vip!.udp_40001_v_v6, {
      class: 'Service_L4',
      remark: 'v/media/a/udp',
      layer4: 'udp',
      virtualAddresses: ['2001:db8::1'],
      virtualPort: 40001,
      pool: 'media_a_v6',
      profileL4: { use: '/roomlb_c/Shared/l4_60' },
      persistenceMethods: [],
      snat: 'none',
      translateServerAddress: true,
      translateServerPort: true,
    });
    assert.deepEqual(vip!.tcp_443_v_v4!.persistenceMethods, [{ use: '/roomlb_c/Shared/source_300' }]);
  });

  test('asks for all monitors by their number: members know the word only since schema 3.53', () => {
    const { vip_v: vip } = declaration(
      CLUSTER('nat').replace(
        '10.0.0.2], signallingPort: 443, healthPort: 9100, stunPort: 9100',
        '10.0.0.2], signallingPort: 443, healthPort: 9100',
      ),
    );
    const { members } = vip!.signalling_v_v4 as unknown as { members: Record<string, unknown>[] };
    assert.deepEqual(
      members.map(({ monitors, minimumMonitors }) => [(monitors as []).length, minimumMonitors]),
      [
        [2, 2],
        [1, 1],
      ],
    );
  });

  test('refuses the tunnel, which it has no words for', () => {
    const rendering = f5As3.render(intentOf(CLUSTER('tunnel')));
    assert.deepEqual(rendering.files, []);
    assert.match(findingsOf(rendering)[0] ?? '', /^refused v\/.*: AS3 cannot forward VIP v by tunnel$/);
  });
});

describe('findings of a BIG-IP', () => {
  test('are the same in both dialects', () => {
    const yaml = CLUSTER('nat', 'snat: true, vrrp: { interface: eth0, routerId: 51 }').replace(
      'snat: true, vrrp',
      'snat: true\n    vrrp',
    );
    const intent = intentOf(yaml.replace('ports: 40000-40009 }', 'ports: 40000-40009, drain: flush }'));
    const findings = findingsOf(f5Tmsh.render(intent));
    assert.ok(
      findings.includes('degraded v/media/b/udp: a member that is disabled keeps the flows that it has'),
    );
    assert.ok(findings.some((line) => line.startsWith('note v: BIG-IPs share addresses by device groups')));
    assert.deepEqual(
      findingsOf(f5As3.render(intent)).map((line) => line.replace('AS3', 'BIG-IP')),
      findings,
    );
  });

  test('tell of weights that ratios cannot say', () => {
    const rounded = CLUSTER('nat')
      .replace('weight: 50', 'weight: 255')
      .replace('state: draining', 'weight: 101');
    const finding = 'degraded v/signalling: weights are rounded to ratios of 1 to 100';
    assert.ok(findingsOf(f5Tmsh.render(intentOf(rounded))).includes(finding));
    assert.ok(!findingsOf(f5Tmsh.render(intentOf(CLUSTER('nat')))).includes(finding));
  });
});
