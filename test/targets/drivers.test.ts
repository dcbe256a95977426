/**
 * What every driver's pure half must keep: planning between any two states that intents want. Adding a driver
 * to its target adds it here, with a balancer to drive; none is ever contacted.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent } from '../../src/intent/model.ts';
import type { Plan } from '../../src/targets/driver.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import { topologies } from '../topology/arbitrary.ts';
import { balancerFor } from './balancers.ts';

const intents: fc.Arbitrary<Intent> = topologies().map((topology) => buildIntent(clusterView(topology)));
const RUNS = { numRuns: 100 };

for (const { name, driver: connect } of TARGETS) {
  if (!connect) continue;
  const driver = connect(balancerFor(name), 'test-1');
  const planBetween = (from: Intent, to: Intent): Plan =>
    driver.plan(driver.desired(from), driver.desired(to));

  describe(`driver ${name}`, () => {
    test('names its target, and says where its engine is', () => {
      assert.equal(driver.target, name);
      assert.notEqual(driver.where, '');
    });

    test('wants the same of the same intent, in JSON', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          const state = driver.desired(intent);
          assert.deepEqual(driver.desired(structuredClone(intent)), state);
          assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
        }),
        RUNS,
      );
    });

    test('has nothing to do where the engine is as desired', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          const plan = planBetween(intent, structuredClone(intent));
          assert.deepEqual([plan.steps, plan.changes, plan.pools, plan.foreign], [[], [], [], []]);
        }),
        RUNS,
      );
    });

    test('plans the same from the same states, in JSON, also after these were kept', () => {
      fc.assert(
        fc.property(intents, intents, (from, to) => {
          const [before, after] = [driver.desired(from), driver.desired(to)];
          const plan = driver.plan(before, after);
          const kept = (state: unknown): unknown => JSON.parse(JSON.stringify(state));
          assert.deepEqual(driver.plan(kept(before), kept(after)), plan);
          assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
        }),
        RUNS,
      );
    });

    test('does something exactly where something differs, and says what, each thing once', () => {
      fc.assert(
        fc.property(intents, intents, (from, to) => {
          const { steps, changes } = planBetween(from, to);
          assert.equal(steps.length === 0, changes.length === 0);
          const keys = changes.map(({ key }) => key);
          assert.deepEqual(keys, [...new Set(keys)].sort());
          for (const { kind, before, after } of changes) {
            assert.equal(before.length === 0, kind === 'add');
            assert.equal(after.length === 0, kind === 'remove');
            assert.notDeepEqual(before, after);
          }
        }),
        RUNS,
      );
    });

    test('tells of the way back what it tells of the way there, the other way round', () => {
      const turned = { add: 'remove', remove: 'add', change: 'change' } as const;
      fc.assert(
        fc.property(intents, intents, (from, to) => {
          const [there, back] = [planBetween(from, to), planBetween(to, from)];
          assert.deepEqual(
            back.changes.map(({ key, kind, before, after }) => ({ key, kind, before, after })),
            there.changes.map(({ key, kind, before, after }) => ({
              key,
              kind: turned[kind],
              before: after,
              after: before,
            })),
          );
          assert.deepEqual(
            back.pools.map(({ id, before, after }) => ({ id, before, after })),
            there.pools.map(({ id, before, after }) => ({ id, before: after, after: before })),
          );
        }),
        RUNS,
      );
    });

    test('leaves everybody out of the pools when nothing is wanted any more', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          const { pools, singlePools } = planBetween(intent, { ...intent, vips: [], services: [] });
          for (const { after } of pools) assert.deepEqual(after, []);
          assert.equal(pools.filter(({ shared }) => !shared).length, singlePools);
        }),
        RUNS,
      );
    });
  });
}
