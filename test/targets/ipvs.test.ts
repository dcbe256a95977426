import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { ipvs } from '../../src/targets/ipvs/index.ts';
import { listPorts } from '../../src/topology/ports.ts';
import { topologies } from '../topology/arbitrary.ts';
import { findingsOf, intentOf, linesOf } from './intents.ts';

const NODES = `
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1, 'fd00::1'], weight: 10, mediaPorts: 40000-40001, signallingPort: 4443 }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], weight: 30, mediaPorts: 40002, signallingPort: 4443, state: draining }
`;

function rulesOf(yaml: string): string[] {
  return linesOf(ipvs.render(intentOf(yaml)), 'ipvsadm.rules');
}

describe('ipvsadm.rules', () => {
  test('has one service per address and media port, and each family has the members that speak it', () => {
    const rules = rulesOf(`
cluster: c
vips:
  - { id: v, addresses: [203.0.113.1, '2001:db8::1'], forwarding: nat, media: { protocols: [udp], ports: 40000-40009 } }
nodes: ${NODES.replaceAll(', signallingPort: 4443', '').replace(', state: draining', '')}`);
    assert.deepEqual(rules, [
      '--set 0 0 60',
      '-A -u 203.0.113.1:40000 -s wrr',
      '-a -u 203.0.113.1:40000 -r 10.0.0.1:40000 -m -w 1',
      '-A -u 203.0.113.1:40001 -s wrr',
      '-a -u 203.0.113.1:40001 -r 10.0.0.1:40001 -m -w 1',
      '-A -u [2001:db8::1]:40000 -s wrr',
      '-a -u [2001:db8::1]:40000 -r [fd00::1]:40000 -m -w 1',
      '-A -u [2001:db8::1]:40001 -s wrr',
      '-a -u [2001:db8::1]:40001 -r [fd00::1]:40001 -m -w 1',
      '-A -u 203.0.113.1:40002 -s wrr',
      '-a -u 203.0.113.1:40002 -r 10.0.0.2:40002 -m -w 1',
    ]);
  });

  test('gives a draining node weight 0 under keep-flows, and no place at all under flush', () => {
    const media = (drain: string) =>
      rulesOf(`
cluster: c
vips:
  - { id: v, addresses: [203.0.113.1], forwarding: dsr, media: { protocols: [tcp], ports: 40000-40009, drain: ${drain} } }
nodes: ${NODES.replaceAll(", 'fd00::1'", '').replaceAll(', signallingPort: 4443', '')}`).filter((rule) =>
        rule.includes(':40002'),
      );
    assert.deepEqual(media('keep-flows'), [
      '-A -t 203.0.113.1:40002 -s wrr',
      '-a -t 203.0.113.1:40002 -r 10.0.0.2:40002 -g -w 0',
    ]);
    assert.deepEqual(media('flush'), ['-A -t 203.0.113.1:40002 -s wrr']);
  });

  test('shares signalling by weight, stays with a source for the asked time, and spares the draining node', () => {
    const rules = rulesOf(`
cluster: c
vips:
  - { id: v, addresses: [203.0.113.1], forwarding: nat, signalling: { port: 443, tls: passthrough, persistence: 5m, idleTimeout: 2h } }
nodes: ${NODES.replaceAll(", 'fd00::1'", '').replaceAll(/, mediaPorts: [0-9-]+/g, '')}`);
    assert.deepEqual(rules, [
      '--set 7200 0 0',
      '-A -t 203.0.113.1:443 -s wrr -p 300',
      '-a -t 203.0.113.1:443 -r 10.0.0.1:4443 -m -w 10',
      '-a -t 203.0.113.1:443 -r 10.0.0.2:4443 -m -w 0',
    ]);
  });

  test('keeps a draining node reachable on a signalling port of its own', () => {
    const rules = rulesOf(`
cluster: c
vips:
  - { id: v, addresses: [203.0.113.1], forwarding: tunnel, signalling: { ports: 8001-8009, tls: passthrough } }
nodes:
  - { id: a, kind: janus, vip: v, addresses: [10.0.0.1], signallingPort: 8001, state: draining }`);
    assert.deepEqual(rules.slice(1), [
      '-A -t 203.0.113.1:8001 -s wrr',
      '-a -t 203.0.113.1:8001 -r 10.0.0.1:8001 -i -w 1',
    ]);
  });

  test('has a rule for every port of every node that is in the topology', () => {
    const intents = topologies({ maxNodes: 8 }).map((topology) => buildIntent(clusterView(topology)));
    fc.assert(
      fc.property(intents, (intent) => {
        const { rules, findings } = ipvs.render(intent);
        const keys = new Map(rules.map((rule) => [rule.key, rule]));
        const refused = new Set(
          findings.filter(({ level }) => level === 'refused').flatMap(({ about }) => about),
        );
        for (const { id, role, addresses, ports, members, drain } of intent.services) {
          if (role !== 'media' || refused.has(id)) continue;
          const [member] = members;
          const flushed = drain === 'flush' && member!.state === 'draining';
          for (const vip of addresses) {
            const own = member!.addresses.find(({ family }) => family === vip.family);
            for (const port of listPorts(ports)) {
              const rule = keys.get(`${id} ${vip.family === 6 ? `[${vip.text}]` : vip.text}:${port}`);
              assert.equal(rule !== undefined, own !== undefined);
              if (rule) assert.equal(rule.node, flushed ? null : member!.node);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('ipvs.sysctl.conf', () => {
  const settings = (vip: string, media = '{ ports: 40000-40009 }') =>
    linesOf(
      ipvs.render(
        intentOf(`
cluster: c
vips: [{ id: v, addresses: [203.0.113.1, '2001:db8::1'], media: ${media}, ${vip} }]
nodes: [{ id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], mediaPorts: 40000 }]`),
      ),
      'ipvs.sysctl.conf',
    );

  test('makes the balancer a router for nat only', () => {
    assert.ok(settings('forwarding: nat').includes('net.ipv4.ip_forward = 1'));
    assert.ok(settings('forwarding: nat').includes('net.ipv6.conf.all.forwarding = 1'));
    assert.ok(!settings('forwarding: dsr').some((line) => line.includes('forward')));
  });

  test('says every setting of IPVS that matters, whatever its value, so that an old one does not linger', () => {
    assert.deepEqual(settings('forwarding: tunnel'), [
      'net.ipv4.vs.conntrack = 0',
      'net.ipv4.vs.expire_nodest_conn = 0',
      'net.ipv4.vs.expire_quiescent_template = 0',
    ]);
    const other = settings(
      'forwarding: nat, snat: true, signalling: { port: 443, tls: passthrough, persistence: 60s }',
      '{ ports: 40000-40009, drain: flush }',
    );
    assert.deepEqual(
      other.filter((line) => line.startsWith('net.ipv4.vs.')),
      [
        'net.ipv4.vs.conntrack = 1',
        'net.ipv4.vs.expire_nodest_conn = 1',
        'net.ipv4.vs.expire_quiescent_template = 1',
      ],
    );
  });
});

describe('findings of ipvs', () => {
  test('TLS that is to end on the balancer is refused, and nothing of it rendered', () => {
    const rendering = ipvs.render(
      intentOf(`
cluster: c
vips: [{ id: v, addresses: [203.0.113.1], forwarding: nat, signalling: { port: 443, tls: terminate, certificate: /etc/c.pem } }]
nodes: [{ id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], signallingPort: 443 }]`),
    );
    assert.deepEqual(rendering.files, []);
    assert.deepEqual(findingsOf(rendering), [
      'refused v/signalling: TLS of VIP v is to end on the balancer, but IPVS forwards packets and ends no connection',
    ]);
  });

  test('what IPVS does differently is named: unseen names, snat, and the one idle timeout of a protocol', () => {
    const rendering = ipvs.render(
      intentOf(`
cluster: c
vips: [{ id: v, addresses: [203.0.113.1], forwarding: nat, snat: true, signalling: { port: 443, domain: example.net }, media: { ports: 40000-40009 } }]
nodes: [{ id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], signallingPort: 443, mediaPorts: 40000 }]`),
    );
    const degraded = findingsOf(rendering).filter((text) => text.startsWith('degraded'));
    assert.equal(degraded.length, 3);
    assert.match(degraded[0]!, /^degraded v\/signalling: IPVS sees addresses and ports only/);
    assert.match(degraded[1]!, /^degraded v: snat is asked for/);
    assert.match(
      degraded[2]!,
      /^degraded v: IPVS has one idle timeout for all of tcp: it is 3600 s, .* ask for 60 s$/,
    );
    for (const { message } of rendering.findings) assert.ok(rendering.files[0]!.content.includes(message));
  });
});
