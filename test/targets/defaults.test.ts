/** Places that both a rendered file and a driver name: the two have to mean the same ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driverFor } from '../../src/targets/connect.ts';
import { findTarget } from '../../src/targets/registry.ts';
import { intentOf, topologyOf } from './documents.ts';

for (const target of ['haproxy', 'nginx']) {
  test(`${target}: what is rendered is, byte for byte, what a balancer with every default is driven to`, () => {
    const topology = topologyOf({
      cluster: 'test-1',
      vips: [{ id: 'public', addresses: ['203.0.113.10'], forwarding: 'nat', signalling: { port: 443 } }],
      nodes: [
        { id: 'sfu-1', kind: 'mediasoup', vip: 'public', addresses: ['10.0.0.1'], signallingPort: 4443 },
      ],
      balancers: [{ id: 'lb', target }],
    });
    const intent = intentOf(topology);
    const [balancer] = topology.balancers;
    const driver = balancer && driverFor(balancer, topology.cluster);
    const [file] = findTarget(target)?.render(intent).files ?? [];
    assert.notEqual(file, undefined);
    assert.equal((driver?.desired(intent) as { file: string }).file, file?.content);
  });
}
