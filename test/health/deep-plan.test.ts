import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planDeep } from '../../src/health/deep-plan.ts';
import { targetOf } from '../../src/health/endpoint.ts';
import { planProbes } from '../../src/health/plan.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';

function asked(node: string, text = SMALL): string[] {
  const topology = parse(text);
  const found = topology.nodes.find(({ id }) => id === node)!;
  return planDeep(topology, found).map((endpoint) => `${endpoint.check} ${targetOf(endpoint) ?? '–'}`);
}

describe('what a deep check asks', () => {
  test('every worker at every address of the node and by every transport, and every way through the VIP', () => {
    assert.deepEqual(asked('sfu-2').sort(), [
      'heartbeat –',
      'stun 10.0.1.12:40002/tcp',
      'stun 10.0.1.12:40002/udp',
      'stun 10.0.1.12:40003/tcp',
      'stun 10.0.1.12:40003/udp',
      'stun [fd00:1::12]:40002/tcp',
      'stun [fd00:1::12]:40002/udp',
      'stun [fd00:1::12]:40003/tcp',
      'stun [fd00:1::12]:40003/udp',
      'tcp 10.0.1.12:4443/tcp',
      'tcp [fd00:1::12]:4443/tcp',
      'vip-stun 203.0.113.10:40002/tcp',
      'vip-stun 203.0.113.10:40002/udp',
      'vip-stun 203.0.113.10:40003/tcp',
      'vip-stun 203.0.113.10:40003/udp',
      'vip-stun [2001:db8::10]:40002/tcp',
      'vip-stun [2001:db8::10]:40002/udp',
      'vip-stun [2001:db8::10]:40003/tcp',
      'vip-stun [2001:db8::10]:40003/udp',
    ]);
  });

  test('only transports that the VIP carries', () => {
    const udp = SMALL.replace('ports: 40000-40099', 'ports: 40000-40099, protocols: [udp]');
    assert.ok(asked('sfu-1', udp).every((each) => !each.includes('stun') || each.endsWith('/udp')));
  });

  test('also what is not among the checks, but HTTP and Janus only as they say', () => {
    const health = '{ checks: [{ type: http, port: 9100, path: /up, tls: verify }] }';
    const checks = asked('sfu-1', `${SMALL}health: ${health}`);
    assert.deepEqual(
      checks.filter((each) => each.startsWith('http')),
      ['http 10.0.1.11:9100/tcp'],
    );
    assert.ok(checks.includes('stun 10.0.1.11:40000/tcp'));
    const janus = asked('jan-1', `${SMALL}health: ${health}`);
    assert.deepEqual(janus, ['http 10.0.1.15:9100/tcp', 'tcp 10.0.1.15:8188/tcp']);
    assert.ok(asked('jan-1').includes('janus 10.0.1.15:8088/tcp'), 'where the topology names no checks');
  });

  test('a node with a healthPort by HTTP and by a connection', () => {
    const text = SMALL.replace('id: sfu-1,', 'id: sfu-1, healthPort: 8081,');
    for (const each of ['http 10.0.1.11:8081/tcp', 'tcp 10.0.1.11:4443/tcp'])
      assert.ok(asked('sfu-1', text).includes(each), each);
  });

  test('what is asked all the time has its id here, so that answers can be compared', () => {
    for (const health of [
      '{}',
      '{ checks: [stun, http, { type: http, port: 7 }, { type: tcp, port: 7 }] }',
    ]) {
      const topology = parse(`${SMALL.replaceAll('zone: a', 'zone: a, healthPort: 8081')}health: ${health}`);
      const rotation = planProbes(topology, topology.health).endpoints;
      const deep = new Set(topology.nodes.flatMap((node) => planDeep(topology, node).map(({ id }) => id)));
      assert.ok(rotation.length > 0);
      assert.deepEqual(
        rotation.filter(({ id }) => !deep.has(id)),
        [],
      );
    }
  });

  test('nothing of a disabled node, and nothing where health checks are off', () => {
    assert.deepEqual(asked('sfu-4', SMALL.replace('state: draining', 'state: disabled')), []);
    assert.deepEqual(asked('sfu-1', `${SMALL}health: { enabled: false }`), []);
  });
});
