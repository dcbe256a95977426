import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Topology } from '../../src/topology/model.ts';
import { topologies } from '../topology/arbitrary.ts';
import { DEFAULTS } from '../topology/topology-of.ts';

const intentOf = (topology: Topology) => buildIntent(clusterView(topology));

/** A topology of one VIP and three nodes: active, draining, disabled. */
const SMALL: Topology = {
  cluster: 'small',
  ...DEFAULTS,
  vips: [
    {
      id: 'public',
      addresses: [{ family: 4, text: '203.0.113.10' }],
      forwarding: 'nat',
      snat: false,
      signalling: {
        port: 443,
        ports: { first: 9000, last: 9009 },
        domain: null,
        host: null,
        tls: 'off',
        certificate: null,
        idleTimeout: 3600,
        persistence: null,
      },
      media: {
        protocols: ['udp', 'tcp'],
        ports: { first: 40000, last: 49999 },
        idleTimeout: 60,
        drain: 'keep-flows',
      },
      vrrp: null,
      route: null,
    },
  ],
  nodes: (['active', 'draining', 'disabled'] as const).map((state, index) => ({
    id: `sfu-${index}`,
    kind: 'mediasoup',
    vip: 'public',
    addresses: [{ family: 4, text: `10.0.0.${index + 1}` }],
    zone: null,
    weight: 100,
    signallingPort: 4443,
    inheritsSignallingPort: false,
    mediaPorts: { first: 40000 + index * 2, last: 40001 + index * 2 },
    healthPort: null,
    stunPort: null,
    state,
  })),
};

describe('intent', () => {
  test('has a service per shared port, per node port, and per node and media protocol', () => {
    assert.deepEqual(
      intentOf(SMALL).services.map(({ id, ports }) => [id, ports.first, ports.last]),
      [
        ['public/signalling', 443, 443],
        ['public/signalling/sfu-0', 9000, 9000],
        ['public/signalling/sfu-1', 9002, 9002],
        ['public/media/sfu-0/udp', 40000, 40001],
        ['public/media/sfu-0/tcp', 40000, 40001],
        ['public/media/sfu-1/udp', 40002, 40003],
        ['public/media/sfu-1/tcp', 40002, 40003],
      ],
    );
  });

  test('gives a draining node no new work, but keeps the port that names it, and leaves a disabled one out', () => {
    const weights = intentOf(SMALL).services.map(({ id, members }) => [
      id,
      members.map((m) => [m.node, m.weight]),
    ]);
    assert.deepEqual(Object.fromEntries(weights), {
      'public/signalling': [
        ['sfu-0', 100],
        ['sfu-1', 0],
      ],
      'public/signalling/sfu-0': [['sfu-0', 1]],
      'public/signalling/sfu-1': [['sfu-1', 1]],
      'public/media/sfu-0/udp': [['sfu-0', 1]],
      'public/media/sfu-0/tcp': [['sfu-0', 1]],
      'public/media/sfu-1/udp': [['sfu-1', 0]],
      'public/media/sfu-1/tcp': [['sfu-1', 0]],
    });
  });

  test('is the same whatever the order of VIPs and nodes', () => {
    fc.assert(
      fc.property(topologies(), (topology) => {
        const shuffled = {
          ...topology,
          vips: topology.vips.toReversed(),
          nodes: topology.nodes.toReversed(),
        };
        assert.deepEqual(intentOf(shuffled), intentOf(topology));
      }),
    );
  });

  test('changes its revision when, and only when, it changes', () => {
    fc.assert(
      fc.property(topologies(), topologies(), (a, b) => {
        const [x, y] = [intentOf(a), intentOf(b)];
        assert.equal(x.revision === y.revision, JSON.stringify(x) === JSON.stringify(y));
      }),
    );
  });

  test('never sends one VIP endpoint to two services', () => {
    fc.assert(
      fc.property(topologies(), (topology) => {
        const taken = new Set<string>();
        for (const { addresses, protocol, ports } of intentOf(topology).services) {
          for (const { text } of addresses) {
            for (let port = ports.first; port <= ports.last; port++) {
              const endpoint = `${protocol} ${text} ${port}`;
              assert.ok(!taken.has(endpoint), endpoint);
              taken.add(endpoint);
            }
          }
        }
      }),
    );
  });
});
