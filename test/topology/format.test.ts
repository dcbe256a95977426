import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkDocument } from '../../src/topology/document.ts';
import { formatTopology, toDocument } from '../../src/topology/format.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import { isError } from '../../src/topology/faults.ts';
import type { Topology } from '../../src/topology/model.ts';
import { topologies } from './arbitrary.ts';
import { balancersOf, healthConfigs, maintenanceOf, pinsOf } from './sections.ts';

/** Generated topologies, with the settings that they leave at their defaults set as well. */
function decorated(): fc.Arbitrary<Topology> {
  const settings = fc.record({
    cluster: fc.constantFrom('c', '1e3', 'null', 'true', '0x1F', 'off', '1.5', '2001-01-01'),
    algorithm: fc.constantFrom('maglev', 'rendezvous', 'ring'),
    movesPerSecond: fc.constantFrom(null, 0.1, 20),
    loadBound: fc.constantFrom(null, 1, 1.25, 100),
    tableSize: fc.constantFrom(251, 65_537),
    host: fc.constantFrom(null, 'rooms.example.net'),
    seconds: fc.integer({ min: 1, max: 86_400 }),
    advert: fc.integer({ min: 1, max: 40 }),
    peers: fc.boolean(),
    zone: fc.constantFrom('a', '1', 'null', '1-2'),
    health: healthConfigs,
  });
  const bare = fc.tuple(topologies(), settings).map(([topology, s]): Topology => ({
    ...topology,
    cluster: s.cluster,
    placement: {
      algorithm: s.algorithm,
      loadBound: s.loadBound,
      tableSize: s.tableSize,
      movesPerSecond: s.movesPerSecond,
    },
    vips: topology.vips.map((vip) => ({
      ...vip,
      signalling: vip.signalling && { ...vip.signalling, host: s.host, idleTimeout: s.seconds },
      media: vip.media && { ...vip.media, idleTimeout: s.seconds },
      vrrp: vip.vrrp && {
        ...vip.vrrp,
        advertInterval: s.advert,
        source: s.peers ? { family: 4 as const, text: '192.0.2.1' } : null,
        peers: s.peers ? [{ family: 4 as const, text: '192.0.2.2' }] : [],
      },
    })),
    nodes: topology.nodes.map((node) => ({ ...node, zone: node.zone && s.zone })),
    health: s.health,
  }));
  return bare.chain((topology) =>
    fc
      .tuple(
        pinsOf(topology.nodes.map(({ id }) => id)),
        maintenanceOf(topology.nodes.map(({ id }) => id)),
        balancersOf(topology.vips.map(({ id }) => id)),
      )
      .map(([pins, maintenance, balancers]) => ({ ...topology, pins, maintenance, balancers })),
  );
}

describe('a topology written as a document', () => {
  test('reads back equal, as YAML and as plain data', () => {
    fc.assert(
      fc.property(decorated(), (topology) => {
        const document = toDocument(topology);
        const checked = checkDocument(document);
        assert.deepEqual(checked.faults.filter(isError), []);
        assert.deepEqual(checked.topology, topology);
        assert.deepEqual(parseTopology(formatTopology(topology), { file: 'f' }).topology, topology);
        assert.deepEqual(parseTopology(JSON.stringify(document), { file: 'f' }).topology, topology);
      }),
      { numRuns: 100 },
    );
  });

  test('says everything, so that it means the same when defaults change', () => {
    const { topology } = checkDocument({
      cluster: 'c',
      vips: [{ id: 'v', addresses: ['203.0.113.10'], signalling: { port: 80 }, media: { ports: '9000' } }],
      nodes: [{ id: 'n', kind: 'janus', vip: 'v', addresses: ['10.0.1.11'], mediaPorts: '9000-9000' }],
    });
    assert.ok(topology);
    assert.equal(
      formatTopology(topology),
      `cluster: c
placement:
  algorithm: maglev
  tableSize: 65537
  loadBound: 1.25
  movesPerSecond: off
vips:
  - id: v
    addresses:
      - 203.0.113.10
    forwarding: nat
    snat: false
    signalling:
      port: 80
      tls: off
      idleTimeout: 1h
    media:
      protocols:
        - udp
        - tcp
      ports: "9000"
      idleTimeout: 1m
      drain: keep-flows
nodes:
  - id: n
    kind: janus
    vip: v
    addresses:
      - 10.0.1.11
    weight: 100
    mediaPorts: "9000"
    state: active
health:
  enabled: true
  interval: 2s
  timeout: 1s
  rise: 2
  fall: 3
  damping:
    halfLife: 1m
    suppress: 2500
    reuse: 1000
    maxSuppress: 10m
  panicThreshold: 0.5
  slowStart: 30s
  downMembers: weight-0
  deepCheck: off
  concurrency: 1024
`,
    );
  });

  test('does not say of a node what it has from its VIP', () => {
    const node = { id: 'n', kind: 'janus', vip: 'v', addresses: ['10.0.1.11'] };
    const documentOf = (port: number, own: object = {}) => ({
      cluster: 'c',
      vips: [{ id: 'v', addresses: ['203.0.113.10'], signalling: { port } }],
      nodes: [{ ...node, ...own }],
    });
    const portAfter = (own: object) => {
      const document = toDocument(checkDocument(documentOf(80, own)).topology!);
      return checkDocument({ ...document, vips: documentOf(81).vips }).topology?.nodes[0]?.signallingPort;
    };
    assert.equal(portAfter({}), 81);
    assert.equal(portAfter({ signallingPort: 80 }), 80);
  });
});
