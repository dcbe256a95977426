import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  assignmentOf,
  AssignmentError,
  clientCandidates,
  directAddress,
  listenAddresses,
  mediaListens,
  mediaPorts,
  vipAddresses,
} from '../../src/media-node/assignment.ts';
import type { Assignment } from '../../src/media-node/protocol.ts';
import type { Node, Topology, Vip } from '../../src/topology/model.ts';
import { DEFAULTS } from '../topology/topology-of.ts';

const vip: Vip = {
  id: 'public',
  addresses: [
    { family: 4, text: '203.0.113.10' },
    { family: 6, text: '2001:db8::10' },
  ],
  forwarding: 'nat',
  snat: false,
  signalling: null,
  media: {
    protocols: ['udp', 'tcp'],
    ports: { first: 40000, last: 49999 },
    idleTimeout: 60,
    drain: 'keep-flows',
  },
  vrrp: null,
  route: null,
};
const node: Node = {
  id: 'sfu-1',
  kind: 'mediasoup',
  vip: 'public',
  addresses: [
    { family: 4, text: '10.0.1.11' },
    { family: 6, text: 'fd00:1::11' },
  ],
  zone: null,
  weight: 100,
  signallingPort: 4443,
  inheritsSignallingPort: false,
  mediaPorts: { first: 40000, last: 40003 },
  healthPort: 8081,
  stunPort: 3478,
  state: 'active',
};
const topology = (changes: Partial<Node> = {}, vipChanges: Partial<Vip> = {}): Topology => ({
  cluster: 'seoul-1',
  ...DEFAULTS,
  vips: [{ ...vip, ...vipChanges }],
  nodes: [{ ...node, ...changes }],
});
const assigned = (vipChanges: Partial<Vip> = {}): Assignment =>
  assignmentOf(topology({}, vipChanges), 'sfu-1');

describe("a node's share of the topology", () => {
  test('holds its addresses, ports and VIP', () => {
    assert.deepEqual(assigned(), {
      cluster: 'seoul-1',
      node: 'sfu-1',
      state: 'active',
      vip: { id: 'public', addresses: ['203.0.113.10', '2001:db8::10'], forwarding: 'nat' },
      addresses: ['10.0.1.11', 'fd00:1::11'],
      protocols: ['udp', 'tcp'],
      mediaPorts: { first: 40000, last: 40003 },
      signallingPort: 4443,
      tls: 'off',
      healthPort: 8081,
      stunPort: 3478,
    });
    assert.deepEqual(mediaPorts(assigned()), [40000, 40001, 40002, 40003]);
  });

  const faults: [string, Topology, AssignmentError['fault']][] = [
    ['a node that is not there', { ...topology(), nodes: [] }, 'unknown-node'],
    ['a Janus', topology({ kind: 'janus' }), 'wrong-kind'],
    ['a node without media ports', topology({ mediaPorts: null }), 'no-media'],
    [
      'more media ports than a node runs workers',
      topology({ mediaPorts: { first: 40000, last: 40256 } }),
      'no-media',
    ],
  ];
  for (const [what, given, fault] of faults) {
    test(`${what} has none`, () => {
      assert.throws(
        () => assignmentOf(given, 'sfu-1'),
        (error) => error instanceof AssignmentError && error.fault === fault,
      );
    });
  }
});

describe('where a worker listens', () => {
  test('NAT: on its own addresses, announcing the VIP address of the same family', () => {
    const listens = mediaListens(assigned(), 40001);
    assert.deepEqual(
      listens.map(({ protocol, ip, announcedAddress, port }) => [protocol, ip, announcedAddress, port]),
      [
        ['udp', '10.0.1.11', '203.0.113.10', 40001],
        ['udp', 'fd00:1::11', '2001:db8::10', 40001],
        ['tcp', '10.0.1.11', '203.0.113.10', 40001],
        ['tcp', 'fd00:1::11', '2001:db8::10', 40001],
      ],
    );
    assert.deepEqual(listenAddresses(assigned()), ['10.0.1.11', 'fd00:1::11']);
  });

  for (const forwarding of ['dsr', 'tunnel'] as const) {
    test(`${forwarding}: on the VIP itself, and on its own address for probes`, () => {
      const listens = mediaListens(
        assigned({ forwarding, media: { ...vip.media!, protocols: ['udp'] } }),
        40000,
      );
      assert.deepEqual(
        listens.map(({ ip, announcedAddress }) => [ip, announcedAddress]),
        [
          ['203.0.113.10', undefined],
          ['2001:db8::10', undefined],
          ['10.0.1.11', undefined],
          ['fd00:1::11', undefined],
        ],
      );
      assert.deepEqual(listenAddresses(assigned({ forwarding })), [
        '10.0.1.11',
        'fd00:1::11',
        '203.0.113.10',
        '2001:db8::10',
      ]);
    });
  }

  test('not with a family that the VIP lacks', () => {
    const v6Only = assigned({ addresses: [{ family: 6, text: '2001:db8::10' }] });
    assert.deepEqual([...new Set(mediaListens(v6Only, 40000).map(({ ip }) => ip))], ['fd00:1::11']);
    assert.equal(directAddress(v6Only), 'fd00:1::11');
    assert.deepEqual(vipAddresses(v6Only), ['2001:db8::10']);
  });
});

test('clients are told candidates on the VIP only, each once', () => {
  const at = (address: string, protocol = 'udp') => ({ address, protocol, port: 40000 });
  const candidates = [at('203.0.113.10'), at('203.0.113.10'), at('10.0.1.11'), at('203.0.113.10', 'tcp')];
  assert.deepEqual(clientCandidates(assigned(), candidates), [at('203.0.113.10'), at('203.0.113.10', 'tcp')]);
});
