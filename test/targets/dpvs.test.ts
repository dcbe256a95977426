import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { dpvs } from '../../src/targets/dpvs/index.ts';
import { findBinary } from '../lab/netns.ts';
import { findingsOf, intentOf, linesOf } from './intents.ts';

const binary = findBinary('keepalived');
const render = (yaml: string) => dpvs.render(intentOf(yaml));

/** Blocks of the file, each on a line. */
function blocks(yaml: string, start: string): string[] {
  return linesOf(render(yaml), 'keepalived.conf')
    .join('\n')
    .split(/(?<=^\})\n/m)
    .map((block) => block.replaceAll(/\s+/g, ' '))
    .filter((block) => block.startsWith(start));
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
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], weight: 50, signallingPort: 443, healthPort: 9100, stunPort: 9101, mediaPorts: 40000-40001 }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], signallingPort: 443, mediaPorts: 40002, state: draining }
`;

describe('keepalived.conf of DPVS', () => {
  test('shares signalling by weight, checked as far as DPVS can', () => {
    assert.deepEqual(blocks(CLUSTER('forwarding: nat'), 'virtual_server 203.0.113.1 443 '), [
      'virtual_server 203.0.113.1 443 { protocol TCP lb_algo wrr lb_kind NAT persistence_timeout 90' +
        ' establish_timeout 3600 delay_loop 2 retry 2 delay_before_retry 2 connect_timeout 1' +
        ' real_server 10.0.0.1 443 { weight 50 inhibit_on_failure' +
        ' HTTP_GET { url { path /health status_code 200 } connect_port 9100 } UDP_CHECK { connect_port 9101 } }' +
        ' real_server 10.0.0.2 443 { weight 0 inhibit_on_failure TCP_CHECK { connect_port 443 } } }',
    ]);
  });

  test('names the port of every real server, which DPVS does not take from the packet', () => {
    assert.deepEqual(
      blocks(CLUSTER('snat: true'), 'virtual_server 203.0.113.1 400').map((text) => text.split(' real_')[1]),
      [
        'server 10.0.0.1 40000 { weight 1 } }',
        'server 10.0.0.1 40001 { weight 1 } }',
        'server 10.0.0.2 40002 { weight 0 } }',
      ],
    );
  });

  test('has a kind for each mode, and for snat the local addresses that the host has', () => {
    const media = (vip: string) => blocks(CLUSTER(vip), 'virtual_server 203.0.113.1 40000 ')[0]!;
    assert.match(media('snat: true'), / lb_kind FNAT laddr_group_name roomlb-v4 establish_timeout 60 real/);
    assert.match(media('forwarding: nat'), / lb_kind NAT establish_timeout 60 real/);
    assert.match(media('forwarding: dsr'), / lb_kind DR establish_timeout/);
    assert.match(media('forwarding: tunnel'), / lb_kind TUN establish_timeout/);
    const included = (vip: string) =>
      linesOf(render(CLUSTER(vip)), 'keepalived.conf').filter((l) => l.startsWith('inc'));
    assert.deepEqual(included('snat: true'), ['include roomlb-local-addresses.conf']);
    assert.deepEqual(included('forwarding: nat'), []);
  });

  test('ends the flows of a draining node where that was asked, and only media', () => {
    const of = (drain: string, port: number) =>
      blocks(CLUSTER('forwarding: nat', drain), `virtual_server 203.0.113.1 ${port} `)[0]!;
    assert.match(of('flush', 40002), / expire_quiescent_conn real_server 10.0.0.2 40002 \{ weight 0 \}/);
    assert.doesNotMatch(of('keep-flows', 40002), /expire/);
    assert.doesNotMatch(of('flush', 443), /expire/);
  });

  test('runs VRRP on the kernel side of the DPDK port, whichever of its names is given', () => {
    const vrrp = (device: string) =>
      blocks(CLUSTER(`vrrp: { interface: ${device}, routerId: 51, priority: 150 }`), 'vrrp_instance')[0];
    assert.match(
      vrrp('dpdk0')!,
      / interface dpdk0.kni dpdk_interface dpdk0 .* virtual_ipaddress \{ 203.0.113.1\/32 \}/,
    );
    assert.equal(vrrp('dpdk0.kni'), vrrp('dpdk0'));
    assert.equal(vrrp('dpdk012345678'), undefined);
  });

  test(
    'is not for keepalived of a distribution, which says so',
    { skip: binary ? false : 'needs keepalived, which is not installed' },
    () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'roomlb-dpvs-'));
      const file = path.join(folder, 'keepalived.conf');
      writeFileSync(file, render(CLUSTER('snat: true')).files[0]!.content);
      const { status, stderr } = spawnSync(binary!, ['-t', '-f', file], {
        encoding: 'utf8',
      });
      rmSync(folder, { recursive: true });
      assert.notEqual(status, 0);
      const strange = [...stderr.matchAll(/Unknown keyword '([a-z_]+)'/g)].map(([, word]) => word!);
      assert.deepEqual([...new Set(strange)].sort(), ['establish_timeout', 'laddr_group_name']);
    },
  );
});

test('findings of dpvs tell of idle times, STUN, VRRP on long names, and what the host has to have', () => {
  const of = (vip: string) => findingsOf(render(CLUSTER(vip)));
  for (const expected of [
    'degraded v/signalling: the idle time of VIP v is 3600 s instead of 7200 s: DPVS takes 1 to 3600 s',
    'degraded v/signalling: its UDP_CHECK sends text and no bytes, and so no STUN: a STUN port that answers nothing is up, unless it is refused',
    "note v: full NAT takes its source addresses from the groups roomlb-v4 and roomlb-v6, which are this host's own",
    'note v: nothing in here gives DPVS the addresses of these VIPs',
    'note v/media/b/udp: all members of these have weight 0, of which keepalived warns ("quorum 1 exceeds total weight"): it takes them all the same',
  ]) {
    assert.ok(of('snat: true').includes(expected), of('snat: true').join('\n'));
  }
  assert.ok(
    of('vrrp: { interface: dpdk012345678, routerId: 51, priority: 150 }').some((text) =>
      text.startsWith('degraded v: several hosts cannot share these by VRRP'),
    ),
  );
});
