import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent } from '../../src/intent/model.ts';
import { keepalived } from '../../src/targets/keepalived/index.ts';
import { findBinary } from '../lab/netns.ts';
import { topologies } from '../topology/arbitrary.ts';
import { clusterOf, findingsOf, intentOf, linesOf } from './intents.ts';

const DUAL = `addresses: [203.0.113.1, '2001:db8::1']`;
const NODE_A = `{ id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1, 'fd00::1'], weight: 10`;
const NODE_B = `{ id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], weight: 30, state: draining`;

function blocks(yaml: string): string[] {
  const text = linesOf(keepalived.render(intentOf(yaml)), 'keepalived.conf').join('\n');
  return text.split(/(?<=^\})\n/m).map((block) => block.replaceAll(/\s+/g, ' '));
}

describe('virtual servers', () => {
  test('a node has one per protocol and address, whose real server names no port and so keeps it', () => {
    assert.deepEqual(
      blocks(`
cluster: c
vips: [{ id: v, ${DUAL}, forwarding: nat, media: { protocols: [udp], ports: 40000-40009 } }]
nodes: [${NODE_A}, mediaPorts: 40000-40001 }]`).slice(1),
      [
        'virtual_server_group v/media/a/udp/203.0.113.1 { 203.0.113.1 40000 203.0.113.1 40001 }',
        'virtual_server group v/media/a/udp/203.0.113.1 { protocol UDP lb_algo wrr lb_kind NAT real_server 10.0.0.1 { weight 1 } }',
        'virtual_server_group v/media/a/udp/2001:db8::1 { 2001:db8::1 40000 2001:db8::1 40001 }',
        'virtual_server group v/media/a/udp/2001:db8::1 { protocol UDP lb_algo wrr lb_kind NAT real_server fd00::1 { weight 1 } }',
      ],
    );
  });

  test('members of shared signalling are checked, and stay at weight 0 while they fail', () => {
    const [, server] = blocks(`
cluster: c
vips: [{ id: v, addresses: [203.0.113.1], forwarding: nat, signalling: { port: 443, tls: passthrough, persistence: 5m } }]
nodes: [${NODE_A.replace(", 'fd00::1'", '')}, signallingPort: 4443, healthPort: 9100 }, ${NODE_B}, signallingPort: 4443 }]`);
    assert.equal(
      server,
      'virtual_server 203.0.113.1 443 { protocol TCP lb_algo wrr lb_kind NAT persistence_timeout 300' +
        ' delay_loop 2 retry 2 delay_before_retry 2 connect_timeout 1' +
        ' real_server 10.0.0.1 4443 { weight 10 inhibit_on_failure' +
        ' HTTP_GET { url { path /health status_code 200 } connect_port 9100 } }' +
        ' real_server 10.0.0.2 4443 { weight 0 inhibit_on_failure TCP_CHECK { connect_port 4443 } } }',
    );
  });

  test('a member with a STUN port is asked there too; ports of one node are not', () => {
    const [, shared, media] = blocks(`
cluster: c
vips: [{ id: v, addresses: [203.0.113.1], forwarding: nat, signalling: { port: 443, tls: passthrough }, media: { protocols: [udp], ports: 40000-40009 } }]
nodes: [${NODE_A.replace(", 'fd00::1'", '')}, signallingPort: 4443, healthPort: 9100, stunPort: 9101, mediaPorts: 40000 }]`);
    assert.match(
      shared!,
      /inhibit_on_failure HTTP_GET \{.*\} UDP_CHECK \{ connect_port 9101 payload 0001[0-9a-f]{36} require_reply 0101 min_reply_length 20 \} \} \}$/,
    );
    assert.match(media!, /^virtual_server_group v\/media/);
    assert.doesNotMatch(
      blocks(`cluster: c
vips: [{ id: v, addresses: [203.0.113.1], forwarding: nat, media: { protocols: [udp], ports: 40000-40009 } }]
nodes: [${NODE_A.replace(", 'fd00::1'", '')}, healthPort: 9100, stunPort: 9101, mediaPorts: 40000 }]`).join(
        ' ',
      ),
      /CHECK|HTTP_GET|inhibit/,
    );
  });

  test('a draining node is held at weight 0 by a file under keep-flows, and gone under flush', () => {
    const media = (drain: string) =>
      blocks(`
cluster: c
vips: [{ id: v, addresses: [203.0.113.1], forwarding: tunnel, media: { protocols: [udp], ports: 40000-40009, drain: ${drain} } }]
nodes: [${NODE_B}, mediaPorts: 40000 }]`).slice(1);
    const [file, , server] = media('keep-flows');
    assert.match(file!, /^track_file roomlb-drained \{ file ".*" weight -1 init_file 254 overwrite \}$/);
    assert.match(
      server!,
      /real_server 10.0.0.2 \{ weight 1 FILE_CHECK \{ track_file roomlb-drained \} \} \}$/,
    );
    assert.deepEqual(media('flush'), []);
  });
});

describe('VRRP', () => {
  const vrrp = (peers: string, addresses = DUAL, node = '10.0.0.1') =>
    intentOf(`
cluster: c
vips: [{ id: v, ${addresses}, media: { ports: 40000-40009 }, vrrp: { interface: eth7, routerId: 51, priority: 150${peers} } }]
nodes: [{ id: a, kind: mediasoup, vip: v, addresses: ['${node}'], mediaPorts: 40000 }]`);
  const parts = (intent: Intent) =>
    linesOf(keepalived.render(intent), 'keepalived.conf')
      .join('\n')
      .split(/(?<=^\})\n/m)
      .filter((block) => block.startsWith('vrrp'))
      .map((block) => block.replaceAll(/\s+/g, ' '));

  test('a VIP of both families has an instance for each, which move together', () => {
    const [group, four, six] = parts(vrrp(''));
    assert.equal(group, 'vrrp_sync_group v { group { v/ipv4 v/ipv6 } }');
    assert.match(four!, /^vrrp_instance v\/ipv4 .* virtual_ipaddress \{ 203.0.113.1\/32 dev eth7 \} \}$/);
    assert.match(
      six!,
      /virtual_ipaddress \{ fe80::200:5eff:fe00:233\/64 dev eth7 2001:db8::1\/128 dev eth7 \} \}$/,
    );
  });

  test('a family without peers rides along with the other, so that nothing goes by multicast', () => {
    const [four, ...more] = parts(vrrp(', source: 192.0.2.1, peers: [192.0.2.2]'));
    assert.match(four!, /unicast_src_ip 192.0.2.1 unicast_peer \{ 192.0.2.2 \}/);
    assert.match(four!, /virtual_ipaddress_excluded \{ 2001:db8::1\/128 dev eth7 \} \}$/);
    assert.deepEqual(more, []);
  });

  test('peers that cannot carry the only family are named', () => {
    const intent = vrrp(', peers: [192.0.2.2]', `addresses: ['2001:db8::1']`, 'fd00::1');
    assert.ok(
      findingsOf(keepalived.render(intent)).some((text) =>
        text.startsWith('degraded v: no VRRP peer has an IPv6 address'),
      ),
    );
  });
});

const binary = findBinary('keepalived');
describe('keepalived -t', { skip: binary ? false : 'needs keepalived, which is not installed' }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'roomlb-keepalived-'));
  after(() => rmSync(folder, { recursive: true }));

  /** Any word of complaint fails, even where the exit code does not. */
  const accepts = (intent: Intent) => {
    const { files } = keepalived.render(intent);
    if (files.length === 0) return;
    const file = path.join(folder, 'keepalived.conf');
    writeFileSync(file, files[0]!.content);
    const { status, stdout, stderr } = spawnSync(binary!, ['-t', '-f', file], { encoding: 'utf8' });
    assert.equal(`${stdout}${stderr}`, '');
    assert.equal(status, 0);
  };

  test('takes what any topology renders to, without a complaint', () => {
    const intents = topologies({ maxNodes: 6 }).map((topology) => buildIntent(clusterView(topology)));
    fc.assert(fc.property(intents, accepts), { numRuns: 80 });
  });

  test('takes clusters of 1, 2 and 50 nodes in every forwarding mode', () => {
    for (const forwarding of ['nat', 'dsr', 'tunnel']) {
      for (const size of [1, 2, 50]) accepts(intentOf(clusterOf(size, forwarding)));
    }
  });

  test('takes unicast VRRP of either family', () => {
    for (const peers of ['192.0.2.2', "'2001:db8:9::2'", "192.0.2.2, '2001:db8:9::2'"]) {
      accepts(
        intentOf(`
cluster: c
vips: [{ id: v, ${DUAL}, media: { ports: 40000-40009 }, vrrp: { interface: nowhere0, routerId: 255, priority: 1, peers: [${peers}] } }]
nodes: [{ id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], mediaPorts: 40000 }]`),
      );
    }
  });
});
