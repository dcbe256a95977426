import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { nodeSetup, renderNodeSetup } from '../../src/targets/node-setup/index.ts';
import { topologies } from '../topology/arbitrary.ts';
import { findingsOf, intentOf } from './intents.ts';

const intent = intentOf(`
cluster: c
vips:
  - { id: d, addresses: [203.0.113.1, '2001:db8::1'], forwarding: dsr, signalling: { port: 443, tls: passthrough }, media: { ports: 40000-40009 } }
  - { id: n, addresses: [203.0.113.2], forwarding: nat, media: { ports: 40000-40009 } }
  - { id: t, addresses: [203.0.113.3, '2001:db8::3'], forwarding: tunnel, media: { protocols: [udp], ports: 40000-40009 } }
nodes:
  - { id: direct, kind: mediasoup, vip: d, addresses: [10.0.0.1, 'fd00::1'], mediaPorts: 40000-40001 }
  - { id: four, kind: mediasoup, vip: d, addresses: [10.0.0.4], mediaPorts: 40002 }
  - { id: off, kind: mediasoup, vip: d, addresses: [10.0.0.5], mediaPorts: 40003, state: disabled }
  - { id: plain, kind: mediasoup, vip: n, addresses: [10.0.0.2], mediaPorts: 40000 }
  - { id: tunnelled, kind: janus, vip: t, addresses: [10.0.0.3, 'fd00::3'], mediaPorts: 40000 }
`);

function steps(node: string): string[] {
  const lines = renderNodeSetup(intent, node).split('\n');
  const from = lines.indexOf(`    ${node})`);
  return lines.slice(from + 1, lines.indexOf('        ;;', from)).map((line) => line.trim());
}

describe('node-setup.sh', () => {
  test('behind a dsr VIP quiets ARP before it puts the VIP on the loopback, and says where to listen', () => {
    assert.deepEqual(steps('direct'), [
      'quiet_arp',
      'vip4 203.0.113.1/32 lo',
      'vip6 2001:db8::1/128 lo',
      'say "listen on tcp 203.0.113.1:443"',
      'say "listen on tcp [2001:db8::1]:443"',
      'say "listen on udp 203.0.113.1:40000-40001"',
      'say "listen on udp [2001:db8::1]:40000-40001"',
      'say "listen on tcp 203.0.113.1:40000-40001"',
      'say "listen on tcp [2001:db8::1]:40000-40001"',
    ]);
  });

  test('leaves a family alone that the node does not speak', () => {
    assert.ok(steps('four').every((step) => !step.includes('2001:db8')));
  });

  test('behind a tunnel VIP brings up the tunnel device of each family, and puts the IPv4 address there', () => {
    const all = steps('tunnelled');
    assert.deepEqual(all.slice(0, 5), [
      'quiet_arp',
      'tunnel4',
      'tunnel6',
      'vip4 203.0.113.3/32 tunl0',
      'vip6 2001:db8::3/128 lo',
    ]);
  });

  test('behind a nat VIP changes nothing, and says what the route back must be', () => {
    assert.deepEqual(steps('plain'), [
      'say "answers for 203.0.113.2 must go back through the balancer: make it the IPv4 default route"',
      'say "nothing to do here"',
    ]);
  });

  test('for one node is for that node alone; for a disabled one there is nothing to do', () => {
    const script = renderNodeSetup(intent, 'direct');
    assert.ok(!script.includes('four)'));
    assert.match(script, /^action=apply node=direct$/m);
    assert.deepEqual(steps('off'), ['say "nothing to do here"']);
  });

  test('says why the media server must listen on the VIP itself', () => {
    const [first] = findingsOf(nodeSetup.render(intent));
    assert.match(first!, /^note d,t: the media server must listen on the addresses of the VIP/);
    assert.ok(
      renderNodeSetup(intent, 'direct').includes('a socket on 0.0.0.0 or :: answers from the wrong address'),
    );
  });

  test('is a shell script that any sh can read, whatever the topology', () => {
    const intents = topologies().map((topology) => buildIntent(clusterView(topology)));
    fc.assert(
      fc.property(intents, (generated) => {
        const [file] = nodeSetup.render(generated).files;
        assert.equal(file!.mode, 0o755);
        const { status, stderr } = spawnSync('sh', ['-n'], { input: file!.content, encoding: 'utf8' });
        assert.equal(stderr, '');
        assert.equal(status, 0);
      }),
      { numRuns: 40 },
    );
  });

  test('without a node, or with one of another cluster, it says so and changes nothing', () => {
    const script = nodeSetup.render(intent).files[0]!.content;
    const run = (...args: string[]) =>
      spawnSync('sh', ['-s', '--', ...args], { input: script, encoding: 'utf8' });
    assert.match(run().stderr, /usage: node-setup\.sh \[--undo\] NODE/);
    assert.match(run('--help').stderr, /usage: /);
    for (const args of [[], ['--help'], ['nobody']]) assert.notEqual(run(...args).status, 0);
  });
});
