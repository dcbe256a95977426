/**
 * Targets that are changed by commands: whatever the old and the new topology, the commands take a model of
 * the device from the one rendering to the other, touch nothing of others, and can be taken back.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent } from '../../src/intent/model.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import type { Target } from '../../src/targets/target.ts';
import type { IpAddress, Topology } from '../../src/topology/model.ts';
import { topologies } from '../topology/arbitrary.ts';
import { grammarOf } from './grammars/index.ts';
import { intentOf } from './intents.ts';
import { MODELS } from './models/index.ts';
import type { DeviceModel } from './models/model.ts';

const RUNS = { numRuns: 120, includeErrorInReport: true };
const changing = TARGETS.filter(({ changes }) => changes !== undefined);

test('every model is of a target that is changed by commands, and the other way round', () => {
  assert.deepEqual(Object.keys(MODELS).sort(), changing.map(({ name }) => name).sort());
});

for (const target of changing) {
  describe(`changes of ${target.name}`, () => {
    const changes = target.changes!.between;
    const { start, foreign, members, keepsLast, cuts } = MODELS[target.name]!;
    const loaded = (intent: Intent): DeviceModel => {
      const device = start();
      device.run(commandsOf(target, intent));
      device.run(foreign);
      return device;
    };

    test('lead from any configuration to any other, and back', () => {
      fc.assert(
        fc.property(pairs, ([from, to]) => {
          const device = loaded(from);
          for (const [a, b] of [
            [from, to],
            [to, from],
          ] as const) {
            const { drain, change } = changes(a, b);
            device.run([...drain, ...change]);
            assert.deepEqual(device.show(), loaded(b).show(), [...drain, '--', ...change].join('\n'));
          }
        }),
        RUNS,
      );
    });

    const neverEmpty = (from: Intent, to: Intent): void => {
      const { drain, change } = changes(from, to);
      const device = loaded(from);
      const [before, after] = [members(device.show()), members(loaded(to).show())];
      const full = [...before].filter(([group, n]) => n > 0 && (after.get(group) ?? 0) > 0);
      device.run(drain);
      const staying = full.filter(([group]) => (members(device.show()).get(group) ?? 0) > 0);
      device.run(change, () => {
        const now = members(device.show());
        for (const [group] of staying) assert.ok(now.get(group) !== 0, `${group}\n${change.join('\n')}`);
      });
    };

    test('leave no group without members in between, that has some before and after', () => {
      fc.assert(
        fc.property(pairs, ([from, to]) => neverEmpty(from, to)),
        { ...RUNS, numRuns: 60 },
      );
    });

    test('open one member before they close the other', () => {
      const [a, b] = [intentOf(twoNodes('a')), intentOf(twoNodes('b'))];
      neverEmpty(a, b);
      neverEmpty(b, a);
    });

    if (!keepsLast) {
      test('drain whatever goes before it goes', () => {
        fc.assert(
          fc.property(pairs, ([from, to]) => {
            const { drain } = changes(from, to);
            const device = loaded(from);
            const after = loaded(to).show();
            device.run(drain);
            for (const [group, n] of members(device.show())) {
              const stays = after.some((line) => line.startsWith(group));
              if (!stays && !cuts?.(group)) assert.equal(n, 0, `${group}\n${drain.join('\n')}`);
            }
          }),
          { ...RUNS, numRuns: 30 },
        );
      });
    }

    test('are none where both mean the same', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          assert.deepEqual(changes(intent, structuredClone(intent)), { drain: [], change: [] });
        }),
        RUNS,
      );
    });
  });
}

const intents = topologies().map((topology) => buildIntent(clusterView(topology)));

/** Of two nodes behind one VIP, `open` takes new rooms and the other drains. */
function twoNodes(open: string): string {
  const node = (id: string, last: number) =>
    `  - { id: ${id}, kind: mediasoup, vip: v, addresses: [10.0.0.${last}], signallingPort: 4443` +
    `, mediaPorts: ${40000 + last}-${40000 + last}, state: ${id === open ? 'active' : 'draining'} }`;
  return `
cluster: c
vips:
  - { id: v, addresses: [203.0.113.1], signalling: { port: 8443 }, media: { ports: 40000-40009 } }
nodes:
${node('a', 1)}
${node('b', 2)}
`;
}

/** Two clusters that have nothing to do with each other, and one before and after some edits. */
const pairs: fc.Arbitrary<readonly [Intent, Intent]> = fc.oneof(
  fc.tuple(intents, intents),
  fc.tuple(topologies(), edits()).map(([topology, edit]) => {
    const build = (one: Topology) => buildIntent(clusterView(one));
    return [build(topology), build(edit(topology))] as const;
  }),
);

/**
 * Leaves nodes out, gives others another address, weight or state, exchanges addresses of VIPs, moves a group
 * elsewhere.
 */
function edits(): fc.Arbitrary<(topology: Topology) => Topology> {
  const edit = fc.constantFrom('keep', 'keep', 'leave', 'weight', 'drain', 'open', 'move');
  const nodes = fc.array(edit, { minLength: 1, maxLength: 8 });
  return fc.tuple(nodes, fc.boolean(), fc.boolean()).map(([list, exchange, elsewhere]) => (topology) => ({
    ...topology,
    vips: topology.vips.map((vip, i, all) => ({
      ...vip,
      addresses: exchange ? (all[(i + 1) % all.length]?.addresses ?? vip.addresses) : vip.addresses,
      vrrp: elsewhere && vip.vrrp ? { ...vip.vrrp, interface: 'Vlan20', routerId: 20 + i } : vip.vrrp,
    })),
    nodes: topology.nodes.flatMap((node, i) => {
      const what = list[i % list.length];
      if (what === 'leave') return [];
      if (what === 'weight') return [{ ...node, weight: (node.weight % 250) + 1 }];
      if (what === 'move') return [{ ...node, addresses: node.addresses.map(moved) }];
      if (what === 'open') return [{ ...node, weight: 50, state: 'active' as const }];
      return [what === 'drain' ? { ...node, state: 'draining' as const } : node];
    }),
  }));
}

function moved({ family, text }: IpAddress): IpAddress {
  return { family, text: family === 4 ? text.replace(/^10\.0\./, '10.1.') : text.replace(/^fd00:/, 'fd01:') };
}

/** The rendering without its comments. */
function commandsOf(target: Target, intent: Intent): string[] {
  const { file } = MODELS[target.name]!;
  return target.render(intent).files.flatMap(({ path, content }) => {
    if (file !== undefined && file !== path) return [];
    const comment = grammarOf(target.name, path)?.comment ?? '#';
    return content.split('\n').filter((line) => line !== '' && !line.startsWith(comment));
  });
}
