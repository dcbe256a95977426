import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vrrpDrift } from '../../src/import/drift-vrrp.ts';
import { ciscoIosSlb } from '../../src/targets/cisco-ios-slb/index.ts';
import { keepalived } from '../../src/targets/keepalived/index.ts';
import { intentOf } from '../targets/intents.ts';

const CLUSTER = `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1]
    forwarding: nat
    signalling: { port: 443, tls: passthrough }
    vrrp: { interface: Vlan10, routerId: 51, priority: 150 }
nodes:
  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1], signallingPort: 4443 }
`;

for (const target of [keepalived, ciscoIosSlb]) {
  const vrrp = (yaml: string) => {
    const [file] = target.render(intentOf(yaml)).files;
    return target.readBack?.(file?.content ?? '').vrrp ?? [];
  };

  test(`${target.name}: another priority is a difference, and so is none`, () => {
    const wanted = vrrp(CLUSTER);
    assert.equal(wanted.length, 1);
    assert.deepEqual(vrrpDrift(wanted, wanted), []);
    const [other] = vrrpDrift(wanted, vrrp(CLUSTER.replace('priority: 150', 'priority: 90')));
    assert.equal(other?.kind, 'different');
    assert.match(other.wanted.join(), /^on Vlan10, id 51, priority 150/);
    assert.match(other.found.join(), /^on Vlan10, id 51, priority 90/);
    assert.deepEqual(
      vrrpDrift(wanted, []).map(({ kind, where }) => [kind, where]),
      [['missing', 'vrrp 203.0.113.1']],
    );
    assert.deepEqual(vrrpDrift([], wanted), []);
  });
}
