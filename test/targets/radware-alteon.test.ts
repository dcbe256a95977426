import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { radwareAlteon } from '../../src/targets/radware-alteon/index.ts';
import { findingsOf, intentOf } from './intents.ts';

const render = (yaml: string) => radwareAlteon.render(intentOf(yaml));

/** What belongs to the menu, without indentation. */
function menu(yaml: string, head: string): string[] {
  const lines = (render(yaml).files[0]?.content ?? '').split('\n');
  const start = lines.indexOf(head);
  assert.notEqual(start, -1, `${head} is missing in\n${lines.join('\n')}`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !line.startsWith(' '));
  return rest.slice(0, end).map((line) => line.trim());
}

const CLUSTER = (vip: string, drain = 'keep-flows') => `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1]
    signalling: { port: 443, tls: passthrough, persistence: 5m, idleTimeout: 2h }
    media: { protocols: [udp, tcp], ports: 40000-40009, drain: ${drain} }
    ${vip}
nodes:
  - { id: a.1, kind: mediasoup, vip: v, addresses: [10.0.0.1], weight: 48, signallingPort: 4443, healthPort: 9100, stunPort: 9100, mediaPorts: 40000-40001 }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], weight: 1, signallingPort: 4443, healthPort: 9100, stunPort: 9100, mediaPorts: 40002, state: draining }
`;

describe('alteon.txt', () => {
  test('shares signalling by weight, watched by an expression, the draining member out of the group', () => {
    const yaml = CLUSTER('forwarding: nat').replace('id: a.1', 'id: a');
    assert.deepEqual(menu(yaml, '/c/slb/group rlp-v-v4'), [
      'ipver v4',
      'metric roundrobin',
      'health rl_http_9100_stun_9100',
      'add rl-a-v4',
      'add rl-b-v4',
      'dis rl-b-v4',
    ]);
    assert.deepEqual(menu(yaml, '/c/slb/advhc/health rl_http_9100_stun_9100 LOGEXP'), [
      'logexp (rl_http_9100)&(rl_stun_9100)',
    ]);
    assert.equal(menu(yaml, '/c/slb/real rl-a-v4').at(-1), 'weight 48');
    assert.deepEqual(menu(yaml, '/c/slb/virt rlt-v-v4/service 443 ssl'), [
      'group rlp-v-v4',
      'rport 4443',
      'pbind clientip',
      'ptmout 6',
      'tmout 120',
    ]);
  });

  test('leads media ports of both protocols to the one group of the node, by virtual servers of their own', () => {
    const yaml = CLUSTER('forwarding: dsr').replaceAll('4443', '443');
    for (const [protocol, id] of [
      ['udp', 'rlu-v-v4'],
      ['tcp', 'rlt-v-v4'],
    ] as const) {
      assert.deepEqual(menu(yaml, `/c/slb/virt ${id}`), ['ena', 'ipver v4', 'vip 203.0.113.1']);
      assert.deepEqual(menu(yaml, `/c/slb/virt ${id}/service 40002 basic-slb`), [
        `protocol ${protocol}`,
        'group rlm-b-v4',
        'nonat ena',
        'tmout 2',
      ]);
    }
    assert.deepEqual(menu(yaml, '/c/slb/group rlm-b-v4'), [
      'ipver v4',
      'metric roundrobin',
      'health icmp',
      'add rl-b-v4',
    ]);
    assert.equal(menu(CLUSTER('snat: true', 'flush'), '/c/slb/group rlm-b-v4').at(-1), 'dis rl-b-v4');
    assert.deepEqual(menu(CLUSTER('snat: true'), '/c/slb/virt rlu-v-v4/service 40002 basic-slb/pip'), [
      'mode egress',
    ]);
  });

  test('has ids of 32 characters at most, without dots', () => {
    const long = CLUSTER('forwarding: nat').replace('id: b', `id: ${'b'.repeat(63)}`);
    const content = render(long).files[0]?.content ?? '';
    const ids = [...content.matchAll(/^\/c\/slb\/(?:real|group|virt) ([^/\s]+)/gm)].map(([, id]) => id ?? '');
    assert.ok(ids.length > 8);
    for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{1,32}$/);
  });

  test('numbers virtual routers by router id, where the interface is a number', () => {
    const yaml = CLUSTER('vrrp: { interface: 3, routerId: 51, priority: 150 }')
      .replace('interface: 3', "interface: '3'")
      .replace('[203.0.113.1]', "[203.0.113.1, '2001:db8::1']");
    assert.deepEqual(menu(yaml, '/c/l3/vrrp/vr 307'), [
      'ena',
      'ipver v6',
      'vrid 51',
      'if 3',
      'addr 2001:db8::1',
      'prio 150',
      'adver 1',
    ]);
    assert.ok(menu(yaml, '/c/l3/vrrp/vr 51').includes('addr 203.0.113.1'));
    const eth = yaml.replace("interface: '3'", 'interface: eth0');
    assert.ok(!(render(eth).files[0]?.content ?? '').includes('\n/c/l3/vrrp'));
    assert.ok(
      findingsOf(render(eth)).includes(
        'degraded v: several Alteons cannot share these: interfaces of Alteon are numbers',
      ),
    );
  });
});

describe('findings of radware-alteon', () => {
  test('name what it cannot carry', () => {
    const refused = (yaml: string) => findingsOf(render(yaml)).filter((line) => line.startsWith('refused'));
    assert.match(
      refused(CLUSTER('forwarding: tunnel').replaceAll('4443', '443'))[0] ?? '',
      /Alteon cannot forward VIP v by tunnel$/,
    );
    assert.match(
      refused(
        CLUSTER('forwarding: nat')
          .replace('mediaPorts: 40002', 'mediaPorts: 53')
          .replace('40000-40009', '53-40009')
          .replace('[udp, tcp]', '[udp]'),
      ).join(),
      /^refused v\/media\/b\/udp: Alteon keeps ports 21,/,
    );
    assert.match(
      refused(
        CLUSTER('forwarding: nat').replace(
          'weight: 1, signallingPort: 4443',
          'weight: 1, signallingPort: 4444',
        ),
      ).join(),
      /^refused v\/signalling: members listen on different ports/,
    );
    assert.deepEqual(refused(CLUSTER('forwarding: nat')), []);
  });

  test('tell that draining is a command and no configuration', () => {
    const findings = findingsOf(render(CLUSTER('forwarding: nat')));
    assert.ok(
      findings.some((line) =>
        line.startsWith('degraded v/signalling: a member that is disabled in its group'),
      ),
    );
    assert.ok(
      findings.includes(
        'degraded v/media/b/tcp,v/media/b/udp: media of a draining node stay open to new flows, so that those it has go on',
      ),
    );
    assert.ok(
      findings.includes(
        'degraded v/media/a.1/tcp,v/media/a.1/udp,v/media/b/tcp,v/media/b/udp: the idle time of VIP v is 120 s instead of 60 s: Alteon takes 120 to 1966080 s, in steps of 120 s',
      ),
    );
  });
});
