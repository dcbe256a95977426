/**
 * What every driver must keep with a live engine and packets. Each engine's own test brings a harness; the
 * steps, the topologies and the expectations are here, and the same for all.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Balancer } from '../../src/targets/balancer.ts';
import type { Driver, Plan } from '../../src/targets/driver.ts';
import type { Topology } from '../../src/topology/model.ts';
import { cluster, type Fields } from '../targets/documents.ts';
import { BASE, CHANGES, placed, SPARE, SPARE_ADDRESSES } from './changes.ts';
import { leadsRight, mediaRequests, signallingRequests } from './handed-out.ts';
import { liveLab } from './live-lab.ts';
import type { Lab, LabOptions } from './netns.ts';

export interface EngineHarness {
  /** What it is called in test names. */
  readonly name: string;
  /** Of node:test. */
  readonly skip: string | false;
  /** What the VIP says beside its addresses: signalling and media as far as the engine carries them. */
  readonly vip: Fields;
  readonly lab?: LabOptions;
  /** Milliseconds that an answer may take; default 2000. */
  readonly patience?: number;
  /** Starts the engine on the lab's balancer, owned by nobody or carrying nothing, with somebody else's things in it. */
  start(lab: Lab): Promise<LiveEngine>;
}

export interface LiveEngine {
  readonly driver: Driver;
  /** As a topology declares it. */
  readonly balancer: Balancer;
  /**
   * All that the engine says of its rules, with every file that the driver may write, as text; without
   * counters and ages. Two dumps are equal where nothing was changed.
   */
  dump(): Promise<string>;
  /** Somebody else's things, as text: what `start` put there. */
  foreign(): Promise<string>;
  /** kill -9 of the engine, or the loss of its tables; then the start as the host's service manager does it. */
  restart(): Promise<void>;
  /** Whatever the lab's end does not end. */
  stop(): Promise<void>;
}

/**
 * Registers the tests, at the top level of the file, since a guest tells of no others.
 *
 * @param live of this harness, which has carried nothing yet
 */
export function testDriver(harness: EngineHarness, live = liveLab(harness)): void {
  const { name, skip } = harness;
  const topologyOf = (nodes: readonly Fields[]): Topology =>
    cluster(harness.vip, placed(nodes, 'media' in harness.vip));
  const base = topologyOf(BASE);

  const planFor = async (topology: Topology): Promise<Plan> => {
    const { driver } = live().engine;
    return driver.plan(await driver.read(), driver.desired(buildIntent(clusterView(topology))));
  };
  const apply = (plan: Plan, onStep?: (index: number) => void): Promise<void> =>
    live().engine.driver.apply(plan, {
      signal: new AbortController().signal,
      ...(onStep === undefined ? {} : { onStep }),
    });

  /** There is nothing left to do, and every endpoint that is handed out for an active node leads there. */
  const holds = async (topology: Topology): Promise<void> => {
    const { steps, changes } = await planFor(topology);
    assert.deepEqual({ steps: steps.map(({ text }) => text), changes }, { steps: [], changes: [] });
    const active = { ...topology, nodes: topology.nodes.filter(({ state }) => state === 'active') };
    const moved = new Set(
      active.nodes.filter(({ addresses }) => addresses[0]?.text === SPARE_ADDRESSES[0]).map(({ id }) => id),
    );
    const expected = [...mediaRequests(active), ...signallingRequests(active)];
    await leadsRight(
      live().client,
      expected.map(({ node, port, request }) => ({
        node: moved.has(node) ? SPARE : node,
        port,
        request: harness.patience === undefined ? request : { ...request, patience: harness.patience },
      })),
    );
  };
  const bringTo = async (topology: Topology): Promise<void> => {
    await apply(await planFor(topology));
    await holds(topology);
  };
  /** Where the test before left it there, there is nothing to see. */
  const bringBack = async (): Promise<void> => {
    if ((await planFor(base)).steps.length > 0) await bringTo(base);
  };

  test(`${name}: a fresh engine is brought to the base`, { skip }, async () => {
    assert.notEqual((await planFor(base)).steps.length, 0);
    await bringTo(base);
  });

  for (const [what, nodes] of Object.entries(CHANGES)) {
    test(`${name}: ${what}; a dry run changes nothing, an apply does it`, { skip }, async () => {
      const changed = topologyOf(nodes);
      await bringBack();
      const { engine } = live();
      const [foreign, dump] = [await engine.foreign(), await engine.dump()];
      const plan = await planFor(changed);
      assert.notEqual(plan.steps.length, 0);
      assert.equal(await engine.dump(), dump, 'planning changed the engine');
      await apply(plan);
      await holds(changed);
      await bringTo(base);
      assert.equal(await engine.foreign(), foreign, 'what others put there is not as it was');
    });
  }

  test(`${name}: interrupted before any of its steps, the next run converges`, { skip }, async () => {
    const changed = topologyOf(CHANGES['all of it at once'] ?? []);
    await bringBack();
    for (let [from, to, step] = [base, changed, 0]; ; [from, to, step] = [to, from, step + 1]) {
      const plan = await planFor(to);
      if (step >= plan.steps.length) break;
      const interruption = new Error('interrupted by the test');
      const applied = apply(plan, (index) => {
        if (index === step) throw interruption;
      });
      await assert.rejects(applied, interruption);
      await bringTo(to);
    }
  });

  test(`${name}: killed and started again, the engine is brought back`, { skip }, async () => {
    await bringBack();
    await live().engine.restart();
    await bringTo(base);
  });
}
