import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CHECK_DEFAULTS, DEFAULT_HEALTH, type Check } from '../../src/topology/health/config.ts';
import { planProbes } from '../../src/health/plan.ts';
import type { Node, Topology, Vip } from '../../src/topology/model.ts';
import { DEFAULTS } from '../topology/topology-of.ts';
import { address } from './endpoints.ts';

const vip: Vip = {
  id: 'public',
  addresses: [address('203.0.113.10'), address('2001:db8::10')],
  forwarding: 'nat',
  snat: false,
  signalling: null,
  media: {
    protocols: ['udp', 'tcp'],
    ports: { first: 40_000, last: 40_099 },
    idleTimeout: 60,
    drain: 'flush',
  },
  vrrp: null,
  route: null,
};

const node = (id: string, more: Partial<Node> = {}): Node => ({
  id,
  kind: 'mediasoup',
  vip: 'public',
  addresses: [address('10.0.1.11')],
  zone: null,
  weight: 100,
  signallingPort: 4443,
  inheritsSignallingPort: false,
  mediaPorts: { first: 40_000, last: 40_001 },
  healthPort: null,
  stunPort: null,
  state: 'active',
  ...more,
});

const topology = (nodes: readonly Node[], vips: readonly Vip[] = [vip]): Topology => ({
  cluster: 'test',
  ...DEFAULTS,
  vips,
  nodes,
});

const ids = (nodes: readonly Node[], checks: readonly Check[] | null = null, vips = [vip]) =>
  planProbes(topology(nodes, vips), { ...DEFAULT_HEALTH, checks }).endpoints.map(({ id }) => id);

describe('what is probed where the topology names no checks', () => {
  test('mediasoup: every worker directly and through the VIP by all it carries, heartbeat, signalling port', () => {
    assert.deepEqual(ids([node('sfu-1')]), [
      'sfu-1/stun/udp/10.0.1.11/40000',
      'sfu-1/stun/udp/10.0.1.11/40001',
      'sfu-1/vip-stun/udp/203.0.113.10/40000',
      'sfu-1/vip-stun/tcp/203.0.113.10/40000',
      'sfu-1/vip-stun/udp/203.0.113.10/40001',
      'sfu-1/vip-stun/tcp/203.0.113.10/40001',
      'sfu-1/heartbeat',
      'sfu-1/tcp/10.0.1.11/4443',
    ]);
  });

  test('a healthPort: http instead of the mere connection', () => {
    const list = ids([node('sfu-1', { healthPort: 9100 })]);
    assert.ok(list.includes('sfu-1/http/10.0.1.11/9100'));
    assert.ok(!list.some((id) => id.includes('/tcp/10.')));
  });

  test('janus: its REST API', () => {
    assert.deepEqual(ids([node('j-1', { kind: 'janus', signallingPort: 8989 })]), [
      'j-1/janus/10.0.1.11/8088',
      'j-1/tcp/10.0.1.11/8989',
    ]);
  });

  test('a VIP address of a family that the node lacks is no path to it', () => {
    const six = node('sfu-1', {
      addresses: [address('fd00:1::11')],
      mediaPorts: { first: 40_000, last: 40_000 },
    });
    const paths = ids([six]).filter((id) => id.includes('vip-stun'));
    assert.deepEqual(paths, [
      'sfu-1/vip-stun/udp/2001:db8::10/40000',
      'sfu-1/vip-stun/tcp/2001:db8::10/40000',
    ]);
  });

  test('media by TCP alone is probed by TCP', () => {
    const tcp: Vip = { ...vip, media: { ...vip.media!, protocols: ['tcp'] } };
    assert.ok(ids([node('sfu-1')], null, [tcp]).includes('sfu-1/stun/tcp/10.0.1.11/40000'));
  });

  test('disabled nodes are left alone, draining ones are probed', () => {
    const nodes = [node('a', { state: 'disabled' }), node('b', { state: 'draining' })];
    assert.deepEqual(new Set(ids(nodes).map((id) => id.split('/')[0])), new Set(['b']));
  });

  test('nothing at all where health is not enabled', () => {
    assert.deepEqual(planProbes(topology([node('a')]), { ...DEFAULT_HEALTH, enabled: false }).endpoints, []);
  });
});

describe('what is probed where it names them', () => {
  const plan = (nodes: readonly Node[], checks: readonly Check[]) =>
    planProbes(topology(nodes), { ...DEFAULT_HEALTH, checks });

  test('options reach the endpoints, and vip-stun is asked less often', () => {
    const { endpoints } = plan(
      [node('a', { mediaPorts: { first: 40_000, last: 40_000 } })],
      [
        {
          ...CHECK_DEFAULTS.http,
          port: 81,
          path: '/x',
          host: 'h',
          status: [204],
          interval: 7000,
          timeout: 70,
          effect: 'report',
        },
        { ...CHECK_DEFAULTS['vip-stun'], transports: ['udp'] },
      ],
    );
    assert.deepEqual(endpoints, [
      {
        id: 'a/http/10.0.1.11/81',
        node: 'a',
        interval: 7000,
        timeout: 70,
        effect: 'report',
        check: 'http',
        address: address('10.0.1.11'),
        port: 81,
        tls: 'off',
        host: 'h',
        path: '/x',
        status: [204],
        body: null,
      },
      {
        id: 'a/vip-stun/udp/203.0.113.10/40000',
        node: 'a',
        interval: 10_000,
        timeout: 1000,
        effect: 'suspect',
        check: 'vip-stun',
        transport: 'udp',
        vip: 'public',
        address: address('203.0.113.10'),
        port: 40_000,
      },
    ]);
  });

  test('two checks of one type are kept apart', () => {
    const { endpoints } = plan(
      [node('a', { healthPort: 80 })],
      [CHECK_DEFAULTS.http, { ...CHECK_DEFAULTS.http, path: '/b' }],
    );
    assert.deepEqual(
      endpoints.map(({ id }) => id),
      ['a/http/10.0.1.11/80', 'a/http#2/10.0.1.11/80'],
    );
  });

  test('a check that fits no node is named, not dropped in silence', () => {
    const { endpoints, notes } = plan(
      [node('a')],
      [CHECK_DEFAULTS.janus, CHECK_DEFAULTS.http, CHECK_DEFAULTS.heartbeat],
    );
    assert.deepEqual(
      endpoints.map(({ id }) => id),
      ['a/heartbeat'],
    );
    assert.deepEqual(notes, [
      'the check janus fits no node: it needs nodes of kind janus',
      'the check http fits no node: it needs a port of its own, or nodes with a healthPort',
    ]);
  });

  test('ids are unique', () => {
    const checks = [...Object.values(CHECK_DEFAULTS), ...Object.values(CHECK_DEFAULTS)];
    const { endpoints } = plan(
      [node('a', { healthPort: 80 }), node('b', { kind: 'janus', healthPort: 80 })],
      checks,
    );
    assert.equal(new Set(endpoints.map(({ id }) => id)).size, endpoints.length);
    assert.ok(endpoints.length > 20);
  });
});
