import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clusterView, type HealthState, type Observed } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { readIntent } from '../../src/intent/read.ts';
import type { Topology } from '../../src/topology/model.ts';
import { topologyOf } from '../topology/topology-of.ts';

function topology(
  route: object | undefined,
  states = ['active', 'active', 'active', 'active'],
  drain = 'flush',
) {
  return topologyOf({
    vips: [
      {
        id: 'v',
        addresses: ['203.0.113.1'],
        media: { ports: '40000-40009', drain },
        ...(route && { route }),
      },
    ],
    nodes: states.map((state, i) => ({
      id: `n${i}`,
      kind: 'janus',
      vip: 'v',
      addresses: [`10.0.0.${i + 1}`],
      mediaPorts: 40_000 + i,
      state,
    })),
  });
}

function stateOf(of: Topology, down: number, observed: Partial<Observed> = {}, state: HealthState = 'down') {
  const health = new Map(Array.from({ length: down }, (_, i) => [`n${i}`, state]));
  return buildIntent(clusterView(of, health, observed)).vips[0]?.route?.state;
}

describe('the route of a VIP', () => {
  test('is there only where the topology asks for it', () => {
    assert.equal(buildIntent(clusterView(topology(undefined))).vips[0]?.route, null);
    assert.deepEqual(buildIntent(clusterView(topology({ med: 7 }))).vips[0]?.route, {
      watermark: 0.01,
      communities: [],
      med: 7,
      state: 'announced',
    });
  });

  test('is withdrawn below the watermark, and not at it', () => {
    const half = topology({ watermark: '50%' });
    assert.deepEqual(
      [0, 2, 3].map((down) => stateOf(half, down)),
      ['announced', 'announced', 'withdrawn'],
    );
  });

  test('goes by default when nobody is left, and with 0% never', () => {
    assert.deepEqual(
      [3, 4].map((down) => stateOf(topology({}), down)),
      ['announced', 'withdrawn'],
    );
    assert.equal(stateOf(topology({ watermark: '0%' }), 4), 'announced');
  });

  test('is not withdrawn for nodes that are suspect, unknown or draining, or serve rooms though they are down', () => {
    const all = topology({ watermark: '100%' });
    assert.equal(stateOf(all, 4, {}, 'suspect'), 'announced');
    assert.equal(stateOf(all, 4, {}, 'unknown'), 'announced');
    assert.equal(stateOf(topology({ watermark: '100%' }, ['draining', 'active']), 0), 'announced');
    const serving = new Map([['n0', new Set([40_000])]]);
    assert.deepEqual([stateOf(all, 1), stateOf(all, 1, { serving })], ['withdrawn', 'announced']);
  });

  test('counts disabled nodes neither way', () => {
    const of = topology({ watermark: '50%' }, ['disabled', 'disabled', 'active', 'active']);
    assert.equal(stateOf(of, 3), 'announced');
    assert.equal(stateOf(of, 4), 'withdrawn');
    assert.equal(stateOf(topology({}, ['disabled']), 0), 'withdrawn');
  });

  test('says that it is about to go where all that are left drain and flows are flushed', () => {
    const states = ['draining', 'draining', 'active'];
    assert.equal(stateOf(topology({}, states), 0), 'announced');
    assert.equal(stateOf(topology({}, states), 0, { leaving: new Set(['n2']) }), 'leaving');
    assert.equal(stateOf(topology({}, ['active', 'draining']), 1), 'leaving');
    assert.equal(stateOf(topology({}, ['draining'], 'keep-flows'), 0), 'announced');
  });

  test('changes the intent when it changes, and only then', () => {
    const of = topology({ watermark: '50%' });
    const views = [0, 2, 3, 4].map((down) =>
      clusterView(of, new Map(Array.from({ length: down }, (_, i) => [`n${i}`, 'down']))),
    );
    const intents = views.map((view) => buildIntent(view));
    const [none, two, three, four] = intents.map(({ revision }) => revision);
    assert.equal(none, two);
    assert.notEqual(two, three);
    assert.equal(three, four);
    const last = { view: views[1]!, intent: intents[1]! };
    assert.equal(buildIntent(views[2]!, last).revision, three);
  });

  test('survives the way over a network', () => {
    const intent = buildIntent(clusterView(topology({ communities: ['65010:100'], med: 0 })));
    assert.deepEqual(readIntent(JSON.parse(JSON.stringify(intent))), intent);
  });
});
