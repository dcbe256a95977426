import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { capacity, type LoadBound } from '../../src/placement/bounded-load.ts';
import { place } from '../../src/placement/place.ts';
import { algorithm } from '../../src/placement/registry.ts';
import { ALGORITHMS } from '../../src/topology/model.ts';
import { byId, clusters, totalWeight } from './clusters.ts';

function boundOf(bound: number, totalLoad: number, total: number): LoadBound {
  return { bound, load: () => 0, totalLoad, totalWeight: total };
}

/** ⌈c · m · w / W⌉ in BigInt, c in thousandths. */
function exactly(thousandths: number, m: number, weight: number, total: number): number {
  const numerator = BigInt(thousandths) * BigInt(m) * BigInt(weight);
  const denominator = 1000n * BigInt(total);
  return Number((numerator + denominator - 1n) / denominator);
}

describe('capacity', () => {
  test('is the exact ceiling where floating point would be a little above a whole number', () => {
    assert.ok(Math.ceil((1.1 * 14 * 5) / 7) > 11, 'the naive formula is fine, so this shows nothing');
    assert.equal(capacity(boundOf(1.1, 13, 7), 5), 11);
    assert.equal(capacity(boundOf(1.25, 3, 500), 100), 1);
  });

  test('rounds up what is not whole', () => {
    assert.equal(capacity(boundOf(1.25, 0, 1000), 1), 1);
    assert.equal(capacity(boundOf(1.25, 100, 300), 100), 43);
  });

  test('is exact for any bound of three decimals, weights and loads, however large', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 10_000 }),
        fc.oneof(fc.nat(1000), fc.nat(Number.MAX_SAFE_INTEGER - 1)),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(2_550_000),
        (thousandths, totalLoad, weight, others) => {
          const actual = capacity(boundOf(thousandths / 1000, totalLoad, weight + others), weight);
          assert.equal(actual, exactly(thousandths, totalLoad + 1, weight, weight + others));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('bounded load', () => {
  const scenario = fc.record({
    nodes: clusters.filter((nodes) => totalWeight(nodes) > 0),
    thousandths: fc.oneof(fc.constant(1000), fc.constant(1250), fc.integer({ min: 1000, max: 3000 })),
    name: fc.constantFrom(...ALGORITHMS),
    rooms: fc.array(fc.string(), { minLength: 1, maxLength: 60 }),
    /** Bit i: node i takes no rooms. */
    refusing: fc.nat(255),
  });

  test('finds room for every room, and no node holds more than its bounded share', () => {
    fc.assert(
      fc.property(scenario, ({ nodes, thousandths, name, rooms, refusing }) => {
        const refuses = (id: string): boolean =>
          ((refusing >> nodes.findIndex((n) => n.id === id)) & 1) === 1;
        const eligible = nodes.filter((node) => node.weight > 0 && !refuses(node.id));
        const table = algorithm(name).build(nodes, { tableSize: 101 });
        const loads = new Map<string, number>();
        const load = (id: string): number => loads.get(id) ?? 0;
        rooms.forEach((room, handedOut) => {
          const result = place(table, byId(nodes), {
            room,
            accepts: (id) => (refuses(id) ? 'draining' : undefined),
            load: {
              bound: thousandths / 1000,
              load,
              totalLoad: handedOut,
              totalWeight: totalWeight(eligible),
            },
          });
          assert.equal(result.placed, eligible.length > 0);
          if (!result.placed) return;
          const before = eligible.filter((node) => result.passedOver.some(({ node: id }) => id === node.id));
          assert.equal(result.decision, before.length > 0 ? 'spill' : 'hash');
          loads.set(result.node, load(result.node) + 1);
          for (const node of eligible) {
            const most = exactly(thousandths, handedOut + 1, node.weight, totalWeight(eligible));
            assert.ok(load(node.id) <= most, `${node.id} holds ${load(node.id)} of ${most}`);
          }
        });
      }),
      { numRuns: 150 },
    );
  });
});
