import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { piolinkPask } from '../../src/targets/piolink-pask/index.ts';
import { topologies } from '../topology/arbitrary.ts';
import { clusterOf, findingsOf, intentOf } from './intents.ts';

const render = (yaml: string) => piolinkPask.render(intentOf(yaml));

/** The lines of a block whose head begins so, to its `exit`. */
function block(yaml: string, head: RegExp): string[] {
  const lines = (render(yaml).files[0]?.content ?? '').split('\n');
  const start = lines.findIndex((line) => head.test(line));
  assert.notEqual(start, -1, `${head} is missing in\n${lines.join('\n')}`);
  return lines.slice(start + 1, lines.indexOf('exit', start));
}

/** Number of the node's real server. */
function realOf(yaml: string, node: string): string {
  const content = render(yaml).files[0]?.content ?? '';
  return new RegExp(`^real ([0-9]+)\n  name rl4-${node}$`, 'm').exec(content)?.[1] ?? '';
}

const CLUSTER = (vip: string, drain = 'keep-flows') => `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1]
    signalling: { port: 443, tls: passthrough, persistence: 5m, idleTimeout: 2h }
    media: { protocols: [udp, tcp], ports: 40000-40039, drain: ${drain} }
    ${vip}
nodes:
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], weight: 10, signallingPort: 4443, healthPort: 9100, stunPort: 9100, mediaPorts: 40000-40017 }
  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2], signallingPort: 4443, healthPort: 9100, stunPort: 9100, mediaPorts: 40020, state: draining }
`;

describe('pask.cfg', () => {
  test('shares signalling by weight, sticks to a source, and disables the draining node', () => {
    const yaml = CLUSTER('forwarding: nat');
    const [a, b] = [realOf(yaml, 'a'), realOf(yaml, 'b')];
    const lines = block(yaml, /^slb rl4t443-v$/);
    const checks = lines.splice(3, 1)[0] ?? '';
    assert.match(checks, /^ {2}health-check 4[0-9]{2},4[0-9]{2}$/);
    assert.deepEqual(lines, [
      '  ip-version ipv4',
      '  nat-mode dnat',
      '  lb-method wrr',
      '  vip 203.0.113.1 protocol tcp vport 443',
      '  sticky time 300',
      '  sticky source-subnet 255.255.255.255',
      '  session-timeout-mode service',
      '  session-timeout tcp-established 7200',
      `  real ${a}`,
      '    rport 4443',
      '    graceful-shutdown enable',
      '    status enable',
      '    apply',
      '  exit',
      `  real ${b}`,
      '    rport 4443',
      '    graceful-shutdown enable',
      '    status disable',
      '    apply',
      '  exit',
      '  status enable',
      '  apply',
    ]);
    assert.deepEqual(block(yaml, new RegExp(`^real ${a}$`)), [
      '  name rl4-a',
      '  rip 10.0.0.1',
      '  weight 10',
      '  status enable',
      '  apply',
    ]);
  });

  test('lists the ports of a node, 16 in each service, which stay as they are', () => {
    const yaml = CLUSTER('forwarding: nat');
    const vports = [/^slb rl4u40000-v$/, /^slb rl4u40016-v$/].map((head) =>
      block(yaml, head).find((line) => line.startsWith('  vip ')),
    );
    const ports = Array.from({ length: 18 }, (_, i) => 40000 + i);
    assert.deepEqual(vports, [
      `  vip 203.0.113.1 protocol udp vport ${ports.slice(0, 16).join(',')}`,
      '  vip 203.0.113.1 protocol udp vport 40016,40017',
    ]);
    assert.ok(!block(yaml, /^slb rl4u40000-v$/).some((line) => line.includes('rport')));
  });

  test('lets flows of a draining node go on, or cuts them, as declared', () => {
    const member = (drain: string) =>
      block(CLUSTER('forwarding: nat', drain), /^slb rl4u40020-v$/).filter((line) => /^ {4}[gs]/.test(line));
    assert.deepEqual(member('keep-flows'), ['    graceful-shutdown enable', '    status disable']);
    assert.deepEqual(member('flush'), ['    graceful-shutdown disable', '    status disable']);
  });

  test('forwards by every mode', () => {
    const mode = (vip: string) =>
      block(CLUSTER(vip).replaceAll('4443', '443'), /^slb rl4t443-v$/).find((line) =>
        line.includes('nat-mode'),
      );
    assert.equal(mode('snat: true'), '  nat-mode both-nat');
    assert.equal(mode('forwarding: dsr'), '  nat-mode dsr');
    assert.equal(mode('forwarding: tunnel'), '  nat-mode l3dsr-iptunnel');
  });

  test('synchronises sessions where the VIP has vrrp, and says that failover is not in here', () => {
    const yaml = CLUSTER('vrrp: { interface: v10, routerId: 51 }');
    assert.ok(block(yaml, /^slb rl4u40020-v$/).includes('  session-sync all'));
    assert.ok(findingsOf(render(yaml)).some((line) => line.startsWith('degraded v: failover of PAS-K')));
  });

  test('says what its UDP check cannot do', () => {
    assert.ok(
      findingsOf(render(CLUSTER(''))).some((line) => line.startsWith('degraded v/signalling: its UDP check')),
    );
  });
});

test('refuses the services of nodes that have no number left, and keeps the others', () => {
  const rendering = render(clusterOf(300, 'nat'));
  const refused = new Set(
    rendering.findings.filter(({ level }) => level === 'refused').flatMap(({ about }) => about),
  );
  const kept = new Set(rendering.rules.map(({ key }) => key.split(' ')[0]));
  assert.ok(refused.size > 0 && kept.size > 0);
  for (const id of kept) assert.ok(!refused.has(id ?? ''));
});

test('no two services have one address and port, and each cuts flows just where that is declared', () => {
  fc.assert(
    fc.property(topologies(), (topology) => {
      const intent = buildIntent(clusterView(topology));
      const { files, rules } = piolinkPask.render(intent);
      const vips = (files[0]?.content ?? '').match(/(?<=^ {2}vip ).*/gm) ?? [];
      const ends = vips.flatMap((vip) => {
        const [front = '', ports = ''] = vip.split(' vport ');
        return ports.split(',').map((port) => `${front} ${port}`);
      });
      assert.equal(new Set(ends).size, ends.length);
      const cut = rules.filter(({ text }) => text.includes('graceful-shutdown disable'));
      const declared = intent.services.filter(
        ({ role, drain, members }) =>
          role === 'media' && drain === 'flush' && members[0]?.state === 'draining',
      );
      const carried = new Set(rules.map(({ key }) => key.split(' ')[0]));
      assert.deepEqual(
        new Set(cut.map(({ key }) => key.split(' ')[0])),
        new Set(declared.map(({ id }) => id).filter((id) => carried.has(id))),
      );
    }),
  );
});
