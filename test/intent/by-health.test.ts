import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView, type ClusterView, type HealthState, type Observed } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Member, VirtualService } from '../../src/intent/model.ts';
import { DOWN_MEMBERS, type DownMembers } from '../../src/topology/health/config.ts';
import type { Topology } from '../../src/topology/model.ts';
import { topologies } from '../topology/arbitrary.ts';
import { topologyOf } from '../topology/topology-of.ts';

const STATES: readonly HealthState[] = ['up', 'suspect', 'down', 'unknown'];

const viewOf = (
  topology: Topology,
  downMembers: DownMembers,
  health: Observed['health'],
  more: Partial<Observed> = {},
) => clusterView({ ...topology, health: { ...topology.health, downMembers } }, health, more);

/** Three nodes of weight 10, 20 and 30, the first two of IPv4 alone. */
const THREE = topologyOf({
  vips: [
    {
      id: 'v',
      addresses: ['203.0.113.1', '2001:db8::1'],
      signalling: { port: 80, ports: '9000-9009', tls: 'off' },
      media: { ports: '40000-40009' },
    },
  ],
  nodes: [
    {
      id: 'a',
      kind: 'mediasoup',
      vip: 'v',
      addresses: ['10.0.0.1'],
      weight: 10,
      signallingPort: 80,
      mediaPorts: '40000',
    },
    {
      id: 'b',
      kind: 'mediasoup',
      vip: 'v',
      addresses: ['10.0.0.2'],
      weight: 20,
      signallingPort: 80,
      mediaPorts: '40001',
    },
    {
      id: 'c',
      kind: 'mediasoup',
      vip: 'v',
      addresses: ['10.0.0.3', 'fd00::3'],
      weight: 30,
      signallingPort: 80,
      mediaPorts: '40002',
    },
  ],
});

/** `a:10 b:0`: the shared service's members. */
function shared(view: ClusterView): string {
  const service = buildIntent(view).services.find(({ role }) => role === 'signalling');
  return service?.members.map(({ node, weight }) => `${node}:${weight}`).join(' ') ?? '';
}

describe('what health does to a shared service', () => {
  const table: [health: Record<string, HealthState>, weight0: string, remove: string, why: string][] = [
    [{ a: 'up', b: 'up' }, 'a:10 b:20 c:30', 'a:10 b:20 c:30', 'all is well'],
    [
      { a: 'suspect', b: 'suspect', c: 'suspect' },
      'a:10 b:20 c:30',
      'a:10 b:20 c:30',
      'suspicion changes no rule',
    ],
    [{ a: 'down' }, 'a:0 b:20 c:30', 'b:20 c:30', 'one is down'],
    [{ a: 'down', b: 'down' }, 'a:0 b:0 c:30', 'c:30', 'one is left'],
    [{ a: 'down', b: 'down', c: 'down' }, 'a:10 b:20 c:30', 'a:10 b:20 c:30', 'none would be left'],
    [{ c: 'down' }, 'a:10 b:20 c:30', 'a:10 b:20 c:30', 'it is the only one behind the IPv6 address'],
    [{ a: 'down', c: 'down' }, 'a:0 b:20 c:30', 'b:20 c:30', 'each family keeps somebody'],
  ];
  for (const [health, weight0, remove, why] of table) {
    test(`${why}: ${JSON.stringify(health)} → ${weight0}, or ${remove}`, () => {
      const states = new Map(Object.entries(health));
      assert.equal(shared(viewOf(THREE, 'weight-0', states)), weight0);
      assert.equal(shared(viewOf(THREE, 'remove', states)), remove);
    });
  }

  test('a node that is about to stop gets weight 0 under either policy', () => {
    for (const policy of DOWN_MEMBERS) {
      assert.equal(shared(viewOf(THREE, policy, new Map(), { leaving: new Set(['a']) })), 'a:0 b:20 c:30');
    }
  });

  test('a node that is down, but has workers on which rooms live, is not taken out: clients name it', () => {
    const serving = new Map([['a', new Set([40_000])]]);
    assert.equal(shared(viewOf(THREE, 'remove', new Map([['a', 'down']]), { serving })), 'a:0 b:20 c:30');
    const none = new Map([['a', new Set<number>()]]);
    assert.equal(shared(viewOf(THREE, 'remove', new Map([['a', 'down']]), { serving: none })), 'b:20 c:30');
  });

  test('nodes that get nothing anyway do not count as somebody who is left', () => {
    const nodes = THREE.nodes.map((node) =>
      node.id === 'a' ? { ...node, state: 'draining' as const } : node,
    );
    const health = new Map([
      ['b', 'down'],
      ['c', 'down'],
    ] as const);
    for (const policy of DOWN_MEMBERS)
      assert.equal(shared(viewOf({ ...THREE, nodes }, policy, health)), 'a:0 b:20 c:30');
  });

  test('where all are draining, those that are down are taken out only while others stay', () => {
    const nodes = THREE.nodes.map((node) => ({ ...node, state: 'draining' as const }));
    const down = (...ids: string[]) =>
      viewOf({ ...THREE, nodes }, 'remove', new Map(ids.map((id) => [id, 'down'])));
    assert.equal(shared(down('a')), 'b:0 c:0');
    assert.equal(shared(down('a', 'b', 'c')), 'a:0 b:0 c:0');
  });
});

describe('whatever the cluster and its health', () => {
  /** A topology, a policy, and what is observed of its nodes. */
  const observed = topologies().chain((topology) => {
    const ids = topology.nodes.map(({ id }) => id);
    const states = fc.tuple(...ids.map(() => fc.constantFrom(...STATES)));
    return fc.record(
      {
        topology: fc.constant(topology),
        policy: fc.constantFrom(...DOWN_MEMBERS),
        health: states.map((list) => new Map(ids.map((id, i) => [id, list[i] ?? 'unknown']))),
        leaving: fc.subarray(ids).map((list) => new Set(list)),
        serving: fc.subarray(ids).map((list) => new Map(list.map((id) => [id, new Set([40_000])]))),
      },
      { noNullPrototype: true },
    );
  });

  /** Each service as it is declared beside what health makes of it. */
  function* pairs(view: ClusterView): Generator<[declared: VirtualService, now: VirtualService]> {
    const declared = buildIntent(clusterView(view.topology)).services;
    const now = buildIntent(view).services;
    assert.deepEqual(
      now.map(({ id }) => id),
      declared.map(({ id }) => id),
    );
    for (const [i, service] of declared.entries()) yield [service, now[i]!];
  }
  const behind = (members: readonly Member[], family: number) =>
    members.filter(({ addresses }) => addresses.some((address) => address.family === family));
  const holds = (property: (view: ClusterView) => void) =>
    fc.assert(
      fc.property(observed, ({ topology, policy, health, leaving, serving }) =>
        property(viewOf(topology, policy, health, { leaving, serving })),
      ),
      { numRuns: 200 },
    );

  test('rules of one node alone stand still', () =>
    holds((view) => {
      for (const [declared, now] of pairs(view)) {
        if (declared.role !== 'signalling') assert.deepEqual(now, declared);
      }
    }));

  test('a shared service keeps, behind each family, somebody to send to if it had anybody, and is never emptied', () =>
    holds((view) => {
      for (const [declared, now] of pairs(view)) {
        for (const { family } of declared.addresses) {
          const [before, after] = [behind(declared.members, family), behind(now.members, family)];
          assert.equal(
            after.some(({ weight }) => weight > 0),
            before.some(({ weight }) => weight > 0),
          );
          assert.equal(after.length > 0, before.length > 0);
        }
      }
    }));

  test('only a node that is down or leaving changes, and only to weight 0, or out where the policy says so', () =>
    holds((view) => {
      const { downMembers } = view.topology.health;
      for (const [declared, now] of pairs(view)) {
        const left = new Map(now.members.map((member) => [member.node, member]));
        for (const member of declared.members) {
          const { node } = member;
          const after = left.get(node);
          const down = view.health.get(node) === 'down';
          if (!after) assert.ok(down && downMembers === 'remove' && !view.serving.has(node), node);
          else if (after.weight !== member.weight) {
            assert.ok(down || view.leaving.has(node), node);
            assert.deepEqual(after, { ...member, weight: 0 });
          } else assert.deepEqual(after, member);
        }
        assert.ok(now.members.every(({ node }) => declared.members.some((member) => member.node === node)));
      }
    }));

  test('no more is held back from a change than a family needs', () =>
    holds((view) => {
      const unwell = ({ node }: Member) => view.health.get(node) === 'down' || view.leaving.has(node);
      for (const [declared, now] of pairs(view)) {
        if (declared.role !== 'signalling') continue;
        for (const member of now.members.filter((each) => each.weight > 0 && unwell(each))) {
          const alone = member.addresses.some(
            ({ family }) =>
              declared.addresses.some((vip) => vip.family === family) &&
              behind(declared.members, family).every((each) => each.weight === 0 || unwell(each)),
          );
          assert.ok(alone, member.node);
        }
      }
    }));

  test('an intent is the same whether or not an earlier one is at hand', () =>
    fc.assert(
      fc.property(observed, observed, (a, b) => {
        const before = viewOf(a.topology, a.policy, a.health, a);
        const after = { ...before, health: b.health, leaving: b.leaving, serving: b.serving };
        const last = { view: before, intent: buildIntent(before) };
        assert.deepEqual(buildIntent(after, last), buildIntent(after));
      }),
    ));
});
