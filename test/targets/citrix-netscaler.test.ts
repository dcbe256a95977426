import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { citrixNetscaler } from '../../src/targets/citrix-netscaler/index.ts';
import { findingsOf, intentOf, linesOf } from './intents.ts';

const render = (yaml: string) => citrixNetscaler.render(intentOf(yaml));
const commands = (yaml: string) => linesOf(render(yaml), 'netscaler.conf');

const CLUSTER = (vip: string, drain = 'keep-flows') => `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1]
    signalling: { port: 443, tls: passthrough, persistence: 5m, idleTimeout: 2h }
    media: { protocols: [udp], ports: 40000-40009, drain: ${drain} }
    ${vip}
nodes:
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], weight: 50, signallingPort: 443, healthPort: 9100, stunPort: 9100, mediaPorts: 40000-40001 }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], signallingPort: 443, healthPort: 9100, stunPort: 9100, mediaPorts: 40002, state: draining }
`;

describe('netscaler.conf', () => {
  test('shares signalling by weight and monitors, and drains by -graceFul', () => {
    assert.deepEqual(
      commands(CLUSTER('forwarding: nat')).filter((line) => /roomlb-pool|roomlb-mon|443/.test(line)),
      [
        'add lb monitor roomlb-mon-c-http-9100 HTTP -respCode 200 -httpRequest "GET /health" -destPort 9100 -interval 5 -resptimeout 2 -retries 3 -successRetries 2',
        String.raw`add lb monitor roomlb-mon-c-stun-9100 UDP-ECV -send "\000\001\000\000\041\022\244\102\122\157\157\155\114\102\055\160\162\157\142\145" -recv "\001\001" -destPort 9100 -interval 5 -resptimeout 2 -retries 3 -successRetries 2`,
        'add serviceGroup roomlb-pool-v-v4 TCP -usip YES -useproxyport NO -cltTimeout 7200 -svrTimeout 7200 -downStateFlush DISABLED',
        'bind serviceGroup roomlb-pool-v-v4 roomlb-srv-a-v4 443 -weight 50',
        'bind serviceGroup roomlb-pool-v-v4 roomlb-srv-b-v4 443 -weight 1',
        'disable serviceGroup roomlb-pool-v-v4 roomlb-srv-b-v4 443 -graceFul YES',
        'bind serviceGroup roomlb-pool-v-v4 -monitorName roomlb-mon-c-http-9100',
        'bind serviceGroup roomlb-pool-v-v4 -monitorName roomlb-mon-c-stun-9100',
        'add lb vserver roomlb-vs-tcp-443-v-v4 TCP 203.0.113.1 443 -persistenceType SOURCEIP -timeout 5 -lbMethod ROUNDROBIN -cltTimeout 7200 -downStateFlush DISABLED',
        'bind lb vserver roomlb-vs-tcp-443-v-v4 roomlb-pool-v-v4',
      ],
    );
  });

  test('leads each media port to its node, unwatched, and cuts flows only where that was asked', () => {
    const media = (drain: string) =>
      commands(CLUSTER('snat: true', drain)).filter((line) => line.includes('40002'));
    assert.deepEqual(media('keep-flows'), [
      'add serviceGroup roomlb-media-udp-40002-b-v4 UDP -usip NO -healthMonitor NO -cltTimeout 60 -svrTimeout 60 -downStateFlush DISABLED',
      'bind serviceGroup roomlb-media-udp-40002-b-v4 roomlb-srv-b-v4 40002',
      'disable serviceGroup roomlb-media-udp-40002-b-v4 roomlb-srv-b-v4 40002 -graceFul YES',
      'add lb vserver roomlb-vs-udp-40002-v-v4 UDP 203.0.113.1 40002 -persistenceType NONE -lbMethod ROUNDROBIN -cltTimeout 60 -downStateFlush DISABLED',
      'bind lb vserver roomlb-vs-udp-40002-v-v4 roomlb-media-udp-40002-b-v4',
    ]);
    const flushed = media('flush');
    assert.equal(flushed[2], 'disable serviceGroup roomlb-media-udp-40002-b-v4 roomlb-srv-b-v4 40002');
    assert.match(flushed[0] ?? '', / -downStateFlush ENABLED$/);
  });

  test('takes UDP and TCP of a port by one virtual server where answers go another way', () => {
    for (const [forwarding, mode, monitored] of [
      ['dsr', 'MAC', ''],
      ['tunnel', 'IPTUNNEL', ' -healthMonitor NO'],
    ] as const) {
      const both = CLUSTER(`forwarding: ${forwarding}`).replace('[udp]', '[udp, tcp]');
      assert.deepEqual(
        commands(both).filter((line) => line.includes('40000')),
        [
          `add serviceGroup roomlb-media-any-40000-a-v4 ANY -usip YES -useproxyport NO${monitored} -cltTimeout 60 -svrTimeout 60 -downStateFlush DISABLED`,
          'bind serviceGroup roomlb-media-any-40000-a-v4 roomlb-srv-a-v4 40000',
          `add lb vserver roomlb-vs-any-40000-v-v4 ANY 203.0.113.1 40000 -persistenceType NONE -lbMethod ROUNDROBIN -m ${mode} -cltTimeout 60 -downStateFlush DISABLED`,
          'bind lb vserver roomlb-vs-any-40000-v-v4 roomlb-media-any-40000-a-v4',
        ],
      );
    }
  });

  test('refuses media on the port of signalling where a port can lead to one place only', () => {
    const clash = (forwarding: string) =>
      CLUSTER(`forwarding: ${forwarding}`)
        .replace('40000-40009', '443-40009')
        .replace('mediaPorts: 40002', 'mediaPorts: 443');
    const refused = findingsOf(render(clash('dsr'))).filter((line) => line.startsWith('refused'));
    assert.match(refused.join(), /^refused v\/media\/b\/udp: in dsr and tunnel a virtual server/);
    assert.ok(!commands(clash('dsr')).some((line) => line.includes('grp-any-443')));
    assert.deepEqual(
      findingsOf(render(clash('nat'))).filter((line) => line.startsWith('refused')),
      [],
    );
  });

  test('binds both families of a VIP to VRRP, each id once', () => {
    const yaml = CLUSTER(
      'vrrp: { interface: eth0, routerId: 51, priority: 150, advertInterval: 3s }',
    ).replace('[203.0.113.1]', "[203.0.113.1, 203.0.113.2, '2001:db8::1']");
    assert.deepEqual(
      commands(yaml).filter((line) => /vrID|ns ip/.test(line)),
      [
        'add vrID 51 -priority 150',
        'add ns ip 203.0.113.1 255.255.255.255 -type VIP -vrID 51',
        'add ns ip 203.0.113.2 255.255.255.255 -type VIP -vrID 51',
        'add vrID6 51 -priority 150',
        'add ns ip6 2001:db8::1/128 -type VIP -vrID6 51',
      ],
    );
    assert.ok(
      findingsOf(render(yaml)).some((line) => line.startsWith('degraded v: advertisements are sent')),
    );
  });

  test('shares groups between addresses, and names ids with capitals by a piece of their hash too', () => {
    const yaml = CLUSTER('forwarding: nat')
      .replace('[203.0.113.1]', '[203.0.113.1, 203.0.113.2]')
      .replace('id: a,', 'id: Aa,');
    const lines = commands(yaml);
    assert.equal(
      lines.filter((line) => line.startsWith('add serviceGroup roomlb-media-udp-40002')).length,
      1,
    );
    assert.equal(lines.filter((line) => line.startsWith('add lb vserver roomlb-vs-udp-40002')).length, 2);
    const servers = lines.filter((line) => line.startsWith('add server')).map((line) => line.split(' ')[2]);
    assert.match(servers[0] ?? '', /^roomlb-srv-Aa-[a-z2-9]{6}-v4$/);
  });
});

test('findings of citrix-netscaler tell of weights and persistence that it cannot say', () => {
  const findings = findingsOf(
    render(
      CLUSTER('forwarding: nat')
        .replace('persistence: 5m', 'persistence: 90s')
        .replace('weight: 50', 'weight: 255')
        .replace('state: draining', 'weight: 101'),
    ),
  );
  assert.ok(findings.includes('degraded v/signalling: weights are rounded to 1 to 100'));
  assert.ok(
    findings.includes(
      'degraded v/signalling: the persistence of VIP v is 120 s instead of 90 s: NetScaler takes 120 to 86400 s, in steps of 60 s',
    ),
  );
});
