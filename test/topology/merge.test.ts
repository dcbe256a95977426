import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { mergeTopologies } from '../../src/topology/merge.ts';
import type { Node, Topology } from '../../src/topology/model.ts';
import { topologies } from './arbitrary.ts';
import { topologyOf } from './topology-of.ts';

const VIPS = [{ id: 'public', addresses: ['203.0.113.10'], media: { ports: '40000-49999' } }];

/** A node by its number, which its address and port follow; `weight` and the like as given. */
function node(number: number, options: object = {}): object {
  return {
    id: `sfu-${number}`,
    kind: 'janus',
    vip: 'public',
    addresses: [`10.0.1.${number}`],
    mediaPorts: 40_000 + number,
    ...options,
  };
}

function withNodes(...nodes: object[]): Topology {
  return topologyOf({ vips: VIPS, nodes });
}

const BASE = withNodes(node(1), node(2));

/** `sfu-1=100 sfu-2=100` and what was overridden. */
function outcome(declared: Topology, stored: Topology): [string, string[]] {
  const { merged, overridden } = mergeTopologies(BASE, declared, stored);
  return [
    merged.nodes.map(({ id, weight }) => `${id}=${weight}`).join(' '),
    overridden.map(({ kind, id }) => `${kind} ${id}`),
  ];
}

describe('when the file and the store have both changed', () => {
  const CASES: readonly (readonly [string, Topology, Topology, string, string[]])[] = [
    ['nothing changed: nothing changes', BASE, BASE, 'sfu-1=100 sfu-2=100', []],
    [
      'only REST edited: the edit stays',
      BASE,
      withNodes(node(1, { weight: 5 }), node(2)),
      'sfu-1=5 sfu-2=100',
      [],
    ],
    [
      'only REST added: it stays',
      BASE,
      withNodes(node(1), node(2), node(3)),
      'sfu-1=100 sfu-2=100 sfu-3=100',
      [],
    ],
    ['only REST deleted: it stays away', BASE, withNodes(node(2)), 'sfu-2=100', []],
    ['only the file edited', withNodes(node(1, { weight: 7 }), node(2)), BASE, 'sfu-1=7 sfu-2=100', []],
    ['only the file added', withNodes(node(1), node(2), node(4)), BASE, 'sfu-1=100 sfu-2=100 sfu-4=100', []],
    ['only the file deleted', withNodes(node(2)), BASE, 'sfu-2=100', []],
    [
      'each edited another node: both stay',
      withNodes(node(1, { weight: 7 }), node(2)),
      withNodes(node(1), node(2, { weight: 5 })),
      'sfu-1=7 sfu-2=5',
      [],
    ],
    [
      'both edited one node: the file wins, and it is told',
      withNodes(node(1, { weight: 7 }), node(2)),
      withNodes(node(1, { weight: 5 }), node(2)),
      'sfu-1=7 sfu-2=100',
      ['node sfu-1'],
    ],
    [
      'both edited one node alike: nothing to tell',
      withNodes(node(1, { weight: 7 }), node(2)),
      withNodes(node(1, { weight: 7 }), node(2)),
      'sfu-1=7 sfu-2=100',
      [],
    ],
    [
      'the file deleted what REST edited: it goes, and it is told',
      withNodes(node(2)),
      withNodes(node(1, { weight: 5 }), node(2)),
      'sfu-2=100',
      ['node sfu-1'],
    ],
    [
      'the file edited what REST deleted: it is back, and it is told',
      withNodes(node(1, { weight: 7 }), node(2)),
      withNodes(node(2)),
      'sfu-1=7 sfu-2=100',
      ['node sfu-1'],
    ],
    [
      'both added one node, differently: the file wins, and it is told',
      withNodes(node(1), node(2), node(3, { weight: 7 })),
      withNodes(node(1), node(2), node(3, { weight: 5 })),
      'sfu-1=100 sfu-2=100 sfu-3=7',
      ['node sfu-3'],
    ],
    ['both deleted one node', withNodes(node(2)), withNodes(node(2)), 'sfu-2=100', []],
  ];
  for (const [name, declared, stored, nodes, overridden] of CASES) {
    test(name, () => assert.deepEqual(outcome(declared, stored), [nodes, overridden]));
  }

  test('cluster and placement are one entity each', () => {
    const declared: Topology = { ...BASE, cluster: 'file', placement: { ...BASE.placement, loadBound: 2 } };
    const stored: Topology = {
      ...BASE,
      cluster: 'store',
      placement: { ...BASE.placement, algorithm: 'ring' },
    };
    const { merged, overridden } = mergeTopologies(BASE, declared, stored);
    assert.equal(merged.cluster, 'file');
    assert.deepEqual(merged.placement, declared.placement);
    assert.deepEqual(overridden, [
      { kind: 'cluster', id: 'cluster' },
      { kind: 'placement', id: 'placement' },
    ]);
  });

  test('health is one entity, and each window and balancer is one', () => {
    const window = { cron: '@daily', duration: '1h', nodes: ['sfu-1'] };
    const sides = [
      { health: { rise: 2 }, maintenance: [{ id: 'a', ...window }] },
      {
        health: { rise: 3 },
        maintenance: [{ id: 'a', ...window, cron: '@weekly' }],
        balancers: [{ id: 'lb', target: 'nginx' }],
      },
      {
        health: { rise: 2, fall: 9 },
        balancers: [{ id: 'lb', target: 'haproxy' }],
        maintenance: [
          { id: 'a', ...window, duration: '2h' },
          { id: 'b', ...window },
        ],
      },
    ].map((sections) => topologyOf({ vips: VIPS, nodes: [node(1)], ...sections }));
    const [base, declared, stored] = sides as [Topology, Topology, Topology];
    const { merged, overridden, valid } = mergeTopologies(base, declared, stored);
    assert.deepEqual(merged.health, declared.health);
    assert.deepEqual(merged.maintenance, [declared.maintenance[0], stored.maintenance[1]]);
    assert.deepEqual(overridden, [
      { kind: 'health', id: 'health' },
      { kind: 'maintenance', id: 'a' },
      { kind: 'balancer', id: 'lb' },
    ]);
    assert.deepEqual(merged.balancers, declared.balancers);
    assert.equal(valid, true);
  });

  test('each pin is one, and one to a node that the file took away is told as a fault', () => {
    const sides = [
      [
        { room: 'x', node: 'sfu-1' },
        { room: 'y', node: 'sfu-1' },
      ],
      [
        { room: 'x', node: 'sfu-2' },
        { room: 'y', node: 'sfu-1' },
      ],
      [
        { room: 'x', node: 'sfu-1', strict: true },
        { room: 'y', node: 'sfu-2' },
        { room: 'z', node: 'sfu-1' },
      ],
    ].map((pins) => topologyOf({ vips: VIPS, nodes: [node(1), node(2)], pins }));
    const [base, declared, stored] = sides as [Topology, Topology, Topology];
    const { merged, overridden, valid } = mergeTopologies(base, declared, stored);
    assert.deepEqual(
      merged.pins.map((pin) => `${pin.room} ${pin.node} ${pin.strict}`),
      ['x sfu-2 false', 'y sfu-2 false', 'z sfu-1 false'],
    );
    assert.deepEqual(overridden, [{ kind: 'pin', id: 'x' }]);
    assert.equal(valid, true);
    const without = { ...declared, nodes: declared.nodes.slice(1), pins: [] };
    assert.deepEqual(
      mergeTopologies({ ...base, pins: [] }, without, { ...stored, pins: stored.pins.slice(2) }).faults.map(
        ({ path }) => path,
      ),
      ['pins[0].node'],
    );
  });

  test('a node that the file took away and a window still drains is told as a fault', () => {
    const maintenance = [{ id: 'a', cron: '@daily', duration: '1h', nodes: ['sfu-2'] }];
    const stored = topologyOf({ vips: VIPS, nodes: [node(1), node(2)], maintenance });
    const { faults, valid } = mergeTopologies(BASE, withNodes(node(1)), stored);
    assert.equal(valid, false);
    assert.deepEqual(
      faults.map(({ path, message }) => `${path}: ${message}`),
      ['maintenance[0].nodes[0]: there is no node sfu-2'],
    );
  });

  test('a signalling port that the file gave its VIP is what nodes inherit, whatever REST did to them', () => {
    const [base, declared, stored] = [
      [80, {}],
      [81, {}],
      [80, { weight: 5 }],
    ].map(([port, options]) =>
      topologyOf({
        vips: [{ id: 'public', addresses: ['203.0.113.10'], signalling: { port } }],
        nodes: [
          node(1, { mediaPorts: undefined, ...(options as object) }),
          node(2, { mediaPorts: undefined }),
        ],
      }),
    ) as [Topology, Topology, Topology];
    const { merged, overridden } = mergeTopologies(base, declared, stored);
    assert.deepEqual(
      merged.nodes.map(({ weight, signallingPort }) => [weight, signallingPort]),
      [
        [5, 81],
        [100, 81],
      ],
    );
    assert.deepEqual(overridden, []);
  });

  test('two valid sides that contradict each other are told as faults', () => {
    const declared = withNodes(node(1), node(2), node(3));
    const stored = withNodes(node(1), node(2), node(4, { mediaPorts: 40_003 }));
    const { merged, faults, valid } = mergeTopologies(BASE, declared, stored);
    assert.equal(merged.nodes.length, 4);
    assert.equal(valid, false);
    assert.deepEqual(
      faults.map(({ path, message }) => `${path}: ${message}`),
      ['nodes[3].mediaPorts: 40003 overlaps 40003 of node sfu-3 behind the same VIP'],
    );
  });

  test('a node that REST put behind a VIP that the file took away is told as a fault', () => {
    const second = { id: 'second', addresses: ['203.0.113.11'], media: { ports: 9000 } };
    const base = topologyOf({ vips: [...VIPS, second], nodes: [node(1)] });
    const declared = topologyOf({ vips: VIPS, nodes: [node(1)] });
    const stored = topologyOf({
      vips: [...VIPS, second],
      nodes: [node(1), node(2, { vip: 'second', mediaPorts: 9000 })],
    });
    const { faults, valid } = mergeTopologies(base, declared, stored);
    assert.equal(valid, false);
    assert.deepEqual(
      faults.map(({ path, message }) => `${path}: ${message}`),
      ['nodes[1].vip: there is no VIP second'],
    );
  });
});

describe('a merge', () => {
  const RUNS = { numRuns: 60 };
  const merge = (base: Topology, declared: Topology, stored: Topology) =>
    mergeTopologies(base, declared, stored);

  test('is the store where the file is as it was', () => {
    fc.assert(
      fc.property(topologies(), topologies(), (base, stored) => {
        const { merged, overridden } = merge(base, structuredClone(base), stored);
        assert.deepEqual([merged, overridden], [stored, []]);
      }),
      RUNS,
    );
  });

  test('is the file where the store is as it was', () => {
    fc.assert(
      fc.property(topologies(), topologies(), (base, declared) => {
        const { merged, overridden } = merge(base, declared, structuredClone(base));
        assert.deepEqual([merged, overridden], [declared, []]);
      }),
      RUNS,
    );
  });

  test('done again changes nothing', () => {
    fc.assert(
      fc.property(topologies(), topologies(), topologies(), (base, declared, stored) => {
        const { merged } = merge(base, declared, stored);
        assert.deepEqual(merge(declared, declared, merged).merged, merged);
      }),
      RUNS,
    );
  });

  test('has of each node what the file, or what the store says, and the file wherever both changed', () => {
    const find = (topology: Topology, id: string): Node | undefined =>
      topology.nodes.find((n) => n.id === id);
    // What it has from its VIP it does not say itself.
    const said = (node: Node | undefined): string | undefined =>
      JSON.stringify(node?.inheritsSignallingPort ? { ...node, signallingPort: null } : node);
    fc.assert(
      fc.property(topologies(), topologies(), topologies(), (base, declared, stored) => {
        const { merged, overridden } = merge(base, declared, stored);
        const ids = [base, declared, stored].flatMap(({ nodes }) => nodes.map(({ id }) => id));
        for (const id of new Set(ids)) {
          const [was, file, store, now] = [base, declared, stored, merged].map((t) => said(find(t, id)));
          assert.equal(now, was === file ? store : file);
          const lost = was !== file && was !== store && file !== store;
          assert.equal(
            overridden.some((entity) => entity.kind === 'node' && entity.id === id),
            lost,
          );
        }
        assert.deepEqual(
          merged.nodes.map(({ id }) => id),
          merged.nodes.map(({ id }) => id).sort(),
        );
      }),
      RUNS,
    );
  });
});
