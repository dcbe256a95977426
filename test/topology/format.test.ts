import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkDocument } from '../../src/topology/document.ts';
import { formatTopology, toDocument } from '../../src/topology/format.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import { isError } from '../../src/topology/faults.ts';
import type { Topology } from '../../src/topology/model.ts';
import { topologies } from './arbitrary.ts';

/** Generated topologies, with the settings that they leave at their defaults set as well. */
function decorated(): fc.Arbitrary<Topology> {
  const settings = fc.record({
    cluster: fc.constantFrom('c', '1e3', 'null', 'true', '0x1F', 'off', '1.5', '2001-01-01'),
    algorithm: fc.constantFrom('maglev', 'rendezvous', 'ring'),
    loadBound: fc.constantFrom(null, 1, 1.25, 100),
    tableSize: fc.constantFrom(251, 65_537),
    host: fc.constantFrom(null, 'rooms.example.net'),
    seconds: fc.integer({ min: 1, max: 86_400 }),
    advert: fc.integer({ min: 1, max: 40 }),
    peers: fc.boolean(),
    zone: fc.constantFrom('a', '1', 'null', '1-2'),
  });
  return fc.tuple(topologies(), settings).map(([topology, s]) => ({
    cluster: s.cluster,
    placement: { algorithm: s.algorithm, loadBound: s.loadBound, tableSize: s.tableSize },
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
  }));
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
    signallingPort: 80
    mediaPorts: "9000"
    state: active
`,
    );
  });
});
