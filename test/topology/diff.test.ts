import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { diffTopologies } from '../../src/topology/diff.ts';
import type { Topology } from '../../src/topology/model.ts';
import { topologies } from './arbitrary.ts';
import { topologyOf } from './topology-of.ts';

const OLD = topologyOf({
  vips: [
    { id: 'gone', addresses: ['203.0.113.9'], media: { ports: 9000 } },
    { id: 'public', addresses: ['203.0.113.10'], media: { ports: '40000-49999' } },
  ],
  nodes: [
    { id: 'sfu-1', kind: 'janus', vip: 'public', addresses: ['10.0.1.11'], mediaPorts: 40000 },
    { id: 'sfu-2', kind: 'janus', vip: 'public', addresses: ['10.0.1.12'], mediaPorts: 40001 },
  ],
  bgp: { asn: 65_010, neighbors: [{ address: '192.0.2.1', asn: 65_000 }] },
  pins: [
    { room: 'x', node: 'sfu-1' },
    { room: 'y', node: 'sfu-2' },
  ],
  maintenance: [
    { id: 'v', cron: '@daily', duration: '1h', nodes: ['sfu-1'] },
    { id: 'w', cron: '@weekly', duration: '1h', nodes: ['sfu-2'] },
  ],
  balancers: [{ id: 'lb', target: 'haproxy' }],
});

const NEW = topologyOf({
  cluster: 'd',
  placement: { algorithm: 'ring', loadBound: false },
  vips: [
    {
      id: 'public',
      addresses: ['203.0.113.10', '203.0.113.11'],
      signalling: { port: 80 },
      media: { ports: '40000-41999', drain: 'flush' },
    },
  ],
  nodes: [
    {
      id: 'sfu-2',
      kind: 'janus',
      vip: 'public',
      addresses: ['10.0.1.12'],
      mediaPorts: 40001,
      state: 'draining',
    },
    { id: 'sfu-3', kind: 'janus', vip: 'public', addresses: ['10.0.1.13'], mediaPorts: 40002 },
  ],
  health: { interval: '5s', checks: ['tcp'], damping: { suppress: 3000 } },
  bgp: {
    asn: 65_010,
    routerId: '192.0.2.2',
    holdTime: '3s',
    neighbors: [{ address: '192.0.2.1', asn: 65_000 }],
  },
  pins: [{ room: 'y', node: 'sfu-3', strict: true }],
  maintenance: [{ id: 'w', cron: '@weekly', duration: '2h', nodes: ['sfu-2', 'sfu-3'] }],
  balancers: [{ id: 'lb', target: 'haproxy', drift: 'report', masterSocket: 'off' }],
});

describe('the difference of two topologies', () => {
  test('names what was added, removed and changed, in the words of the document', () => {
    const diff = diffTopologies(OLD, NEW);
    assert.deepEqual(
      {
        ...diff,
        vips: diff.vips.changed,
        nodes: diff.nodes.changed,
        pins: diff.pins.changed,
        maintenance: diff.maintenance.changed,
        balancers: diff.balancers.changed,
      },
      {
        cluster: [{ path: 'cluster', from: 'c', to: 'd' }],
        placement: [
          { path: 'algorithm', from: 'maglev', to: 'ring' },
          { path: 'loadBound', from: 1.25, to: 'off' },
        ],
        vips: [
          {
            id: 'public',
            fields: [
              { path: 'addresses', from: ['203.0.113.10'], to: ['203.0.113.10', '203.0.113.11'] },
              { path: 'media.ports', from: '40000-49999', to: '40000-41999' },
              { path: 'media.drain', from: 'keep-flows', to: 'flush' },
              { path: 'signalling', from: undefined, to: { port: 80, tls: 'off', idleTimeout: '1h' } },
            ],
          },
        ],
        nodes: [{ id: 'sfu-2', fields: [{ path: 'state', from: 'active', to: 'draining' }] }],
        health: [
          { path: 'interval', from: '2s', to: '5s' },
          { path: 'damping.suppress', from: 2500, to: 3000 },
          { path: 'checks', from: undefined, to: [{ type: 'tcp', effect: 'down' }] },
        ],
        bgp: [
          { path: 'holdTime', from: '9s', to: '3s' },
          { path: 'routerId', from: undefined, to: '192.0.2.2' },
        ],
        pins: [
          {
            id: 'y',
            fields: [
              { path: 'node', from: 'sfu-2', to: 'sfu-3' },
              { path: 'strict', from: false, to: true },
            ],
          },
        ],
        maintenance: [
          {
            id: 'w',
            fields: [
              { path: 'duration', from: '1h', to: '2h' },
              { path: 'nodes', from: ['sfu-2'], to: ['sfu-2', 'sfu-3'] },
            ],
          },
        ],
        balancers: [
          {
            id: 'lb',
            fields: [
              { path: 'drift', from: 'repair', to: 'report' },
              { path: 'masterSocket', from: '/run/haproxy-master.sock', to: 'off' },
            ],
          },
        ],
      },
    );
    assert.deepEqual(diff.vips.removed, [OLD.vips[0]]);
    assert.deepEqual(diff.vips.added, []);
    assert.deepEqual(diff.pins.removed, [{ ...OLD.pins[0], id: 'x' }]);
    assert.deepEqual(diff.nodes.removed, [OLD.nodes[0]]);
    assert.deepEqual(diff.nodes.added, [NEW.nodes[1]]);
    assert.deepEqual(diff.maintenance.removed, [OLD.maintenance[0]]);
  });

  const nothing = { added: [], removed: [], changed: [] };

  test('of a topology from itself is nothing', () => {
    fc.assert(
      fc.property(topologies(), (topology) => {
        const diff = diffTopologies(topology, structuredClone(topology));
        assert.deepEqual(diff, {
          ...{ cluster: [], placement: [], vips: nothing, nodes: nothing },
          ...{ health: [], bgp: [], pins: nothing, maintenance: nothing, balancers: nothing },
        });
      }),
      { numRuns: 50 },
    );
  });

  test('is the same backwards, with from and to exchanged', () => {
    const flip = (fields: readonly { path: string; from: unknown; to: unknown }[]) =>
      fields
        .map(({ path, from, to }) => ({ path, from: to, to: from }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
    const there = ({ nodes }: ReturnType<typeof diffTopologies>) => nodes;
    fc.assert(
      fc.property(topologies(), topologies(), (a: Topology, b: Topology) => {
        const forth = there(diffTopologies(a, b));
        const back = there(diffTopologies(b, a));
        assert.deepEqual(forth.added, back.removed);
        assert.deepEqual(forth.removed, back.added);
        assert.deepEqual(
          forth.changed.map(({ id, fields }) => ({ id, fields: flip(fields) })),
          back.changed.map(({ id, fields }) => ({ id, fields: flip(flip(fields)) })),
        );
      }),
      { numRuns: 50 },
    );
  });
});
