import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlacementTable } from '../../src/placement/algorithm.ts';
import type { LoadBound } from '../../src/placement/bounded-load.ts';
import { place } from '../../src/placement/place.ts';
import { maglev } from '../../src/placement/maglev.ts';
import { byId, cluster, TABLE_SIZE } from './clusters.ts';

/** A table that prefers sfu-1, sfu-2, sfu-3 … whatever the room; remembers how far it was asked. */
function inOrder(ids: readonly string[]): PlacementTable & { asked: number } {
  return {
    asked: 0,
    first: () => ids[0],
    *candidates() {
      for (const id of ids) {
        this.asked++;
        yield id;
      }
    },
  };
}

const NODES = cluster(4, [100], ['a', 'b', 'a', 'b']);
const IDS = NODES.map((node) => node.id);
const BY_ID = byId(NODES);
const anyone = (): undefined => undefined;
const noneOf =
  (refusals: Record<string, string>) =>
  (id: string): string | undefined =>
    refusals[id];

function bound(loads: Record<string, number>, c = 1): LoadBound {
  const totalLoad = Object.values(loads).reduce((sum, load) => sum + load, 0);
  return { bound: c, load: (id) => loads[id] ?? 0, totalLoad, totalWeight: 400 };
}

describe('place', () => {
  test('takes the first candidate, and asks no further', () => {
    const table = inOrder(IDS);
    assert.deepEqual(place(table, BY_ID, { room: 'r', accepts: anyone }), {
      placed: true,
      node: 'sfu-1',
      decision: 'hash',
      passedOver: [],
    });
    assert.equal(table.asked, 1);
  });

  test('passes over candidates that refuse, names why, and still calls it hash', () => {
    const accepts = noneOf({ 'sfu-1': 'draining', 'sfu-2': 'suspect', 'sfu-4': 'down' });
    assert.deepEqual(place(inOrder(IDS), BY_ID, { room: 'r', accepts }), {
      placed: true,
      node: 'sfu-3',
      decision: 'hash',
      passedOver: [
        { node: 'sfu-1', reason: 'draining' },
        { node: 'sfu-2', reason: 'suspect' },
      ],
    });
  });

  test('spills to the next candidate when the first is at its bound, and says how full it is', () => {
    const load = bound({ 'sfu-1': 2, 'sfu-2': 1, 'sfu-3': 1 }, 1.25);
    assert.deepEqual(place(inOrder(IDS), BY_ID, { room: 'r', accepts: anyone, load }), {
      placed: true,
      node: 'sfu-2',
      decision: 'spill',
      passedOver: [{ node: 'sfu-1', reason: 'full: holds 2 of at most 2 rooms' }],
    });
  });

  test('lists refusals and full nodes alike, in the order they were asked', () => {
    const load = { ...bound({ 'sfu-2': 1, 'sfu-3': 1 }), totalWeight: 300 };
    const result = place(inOrder(IDS), BY_ID, { room: 'r', accepts: noneOf({ 'sfu-1': 'draining' }), load });
    assert.deepEqual(result, {
      placed: true,
      node: 'sfu-4',
      decision: 'spill',
      passedOver: [
        { node: 'sfu-1', reason: 'draining' },
        { node: 'sfu-2', reason: 'full: holds 1 of at most 1 rooms' },
        { node: 'sfu-3', reason: 'full: holds 1 of at most 1 rooms' },
      ],
    });
  });

  test('prefers the zone: its candidates first, full ones of it passed over, then all others', () => {
    const inB = place(inOrder(IDS), BY_ID, { room: 'r', zone: 'b', accepts: anyone });
    assert.deepEqual(inB, { placed: true, node: 'sfu-2', decision: 'hash', passedOver: [] });
    const load = bound({ 'sfu-2': 9, 'sfu-4': 9 });
    const elsewhere = place(inOrder(IDS), BY_ID, { room: 'r', zone: 'b', accepts: anyone, load });
    assert.ok(elsewhere.placed);
    assert.equal(elsewhere.node, 'sfu-1');
    assert.equal(elsewhere.decision, 'spill');
    assert.deepEqual(
      elsewhere.passedOver.map(({ node }) => node),
      ['sfu-2', 'sfu-4'],
    );
  });

  test('places in another zone where the preferred one has no node', () => {
    const result = place(inOrder(IDS), BY_ID, { room: 'r', zone: 'moon', accepts: anyone });
    assert.deepEqual(result, { placed: true, node: 'sfu-1', decision: 'hash', passedOver: [] });
  });

  test('gives the reason per node where nobody may take the room', () => {
    const accepts = (id: string): string => `${id} is away`;
    assert.deepEqual(place(inOrder(IDS), BY_ID, { room: 'r', accepts }), {
      placed: false,
      passedOver: IDS.map((node) => ({ node, reason: `${node} is away` })),
    });
    const empty = maglev.build([], { tableSize: TABLE_SIZE });
    assert.deepEqual(place(empty, new Map(), { room: 'r', accepts: anyone }), {
      placed: false,
      passedOver: [],
    });
  });

  test('never refuses a room for load: totals that belie the loads switch the bound off', () => {
    const load = { ...bound({}), load: () => 1000 };
    const result = place(inOrder(IDS), BY_ID, { room: 'r', accepts: noneOf({ 'sfu-1': 'draining' }), load });
    assert.deepEqual(result, {
      placed: true,
      node: 'sfu-2',
      decision: 'hash',
      passedOver: [{ node: 'sfu-1', reason: 'draining' }],
    });
  });
});
