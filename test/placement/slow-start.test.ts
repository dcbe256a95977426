import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_WISHES } from '../../src/allocation/allocation.ts';
import { Snapshot, type HandedOut } from '../../src/allocation/snapshot.ts';
import { clusterView } from '../../src/cluster/view.ts';
import { place } from '../../src/placement/place.ts';
import { defersTo } from '../../src/placement/slow-start.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';

const rooms = Array.from({ length: 10_000 }, (_, i) => `room-${i}`);
const topology = parse(SMALL);
const snapshot = (factor?: number) =>
  new Snapshot(
    clusterView(topology, new Map(), factor === undefined ? {} : { factors: new Map([['sfu-3', factor]]) }),
  );
const nodeOf = (of: Snapshot, room: string, handedOut?: HandedOut) => {
  const result = of.decide(room, NO_WISHES, handedOut);
  assert.ok(result.placed);
  return result.node;
};

describe('a node that starts slowly', () => {
  test('takes its share of rooms, and at a greater share the same ones and more', () => {
    let before = new Set<string>();
    for (const factor of [0.1, 0.3, 0.5, 1]) {
      const taken = new Set(rooms.filter((room) => defersTo('sfu-1', room, factor) === undefined));
      assert.ok(Math.abs(taken.size / rooms.length - factor) < 0.02, `${factor}: ${taken.size}`);
      assert.ok([...before].every((room) => taken.has(room)));
      before = taken;
    }
  });

  test('is picked for the same rooms whoever asks, and moves no room of others', () => {
    const full = snapshot();
    for (const factor of [0.1, 0.6]) {
      const slow = snapshot(factor);
      let kept = 0;
      let own = 0;
      for (const room of rooms) {
        const at = nodeOf(full, room);
        const now = nodeOf(slow, room);
        assert.equal(now, nodeOf(snapshot(factor), room));
        if (at === 'sfu-3') own++;
        else assert.equal(now, at);
        if (now === 'sfu-3') kept++;
      }
      assert.ok(Math.abs(kept / own - factor) < 0.05, `${factor}: ${kept} of ${own}`);
    }
  });

  test('says so where it is passed over', () => {
    const slow = snapshot(0.1);
    const room = rooms.find(
      (each) => nodeOf(snapshot(), each) === 'sfu-3' && nodeOf(slow, each) !== 'sfu-3',
    )!;
    const result = slow.decide(room, NO_WISHES);
    assert.ok(result.placed);
    assert.equal(result.decision, 'spill');
    assert.equal(result.passedOver[0]?.reason, 'comes back slowly: takes 10 % of its rooms for now');
  });

  test('is not let off where nobody else takes the room', () => {
    const only = { nodeKind: 'janus', vip: null } as const;
    const view = clusterView(topology, new Map(), { factors: new Map([['jan-1', 0.1]]) });
    const lonely = new Snapshot(view);
    for (const room of rooms.slice(0, 100)) {
      const result = lonely.decide(room, { ...NO_WISHES, ...only });
      assert.ok(result.placed && result.node === 'jan-1');
    }
  });

  test('counts with its share where load is bounded', () => {
    const loads = new Map<string, number>();
    let total = 0;
    const handedOut: HandedOut = { loads: () => loads, total: () => total };
    const slow = snapshot(0.1);
    for (const room of rooms.slice(0, 1000)) {
      const node = nodeOf(slow, room, handedOut);
      loads.set(node, (loads.get(node) ?? 0) + 1);
      total++;
    }
    // Weights 100, 100, 200 × 0.1 and 100: no node beyond 1.25 times its share, all 1000 placed.
    for (const [node, share] of Object.entries({ 'sfu-1': 100, 'sfu-2': 100, 'sfu-3': 20, 'jan-1': 100 })) {
      const most = Math.ceil((1.25 * 1000 * share) / 320);
      assert.ok((loads.get(node) ?? 0) <= most, `${node}: ${loads.get(node)} of ${most}`);
    }
  });
});

test('place() takes deferral for no refusal', () => {
  const table = { first: () => 'a', candidates: () => ['a', 'b'] };
  const nodes = new Map(['a', 'b'].map((id) => [id, { id, weight: 1, zone: null }]));
  const accepts = () => undefined;
  assert.deepEqual(place(table, nodes, { room: 'r', accepts, defers: () => 'later' }), {
    placed: true,
    node: 'a',
    decision: 'hash',
    passedOver: [],
  });
});

test('a change of health keeps table and intent where they would come out the same', () => {
  const before = snapshot();
  const same = new Snapshot(clusterView(topology, new Map([['sfu-1', 'suspect']])), before);
  assert.equal(same.intent, before.intent);
  const down = new Snapshot(clusterView(topology, new Map([['sfu-1', 'down']])), before);
  assert.notEqual(down.revision, before.revision);
  const heavier = parse(SMALL.replace('weight: 200', 'weight: 100'));
  const changed = new Snapshot(clusterView(heavier), before);
  const anew = new Snapshot(clusterView(heavier));
  assert.ok(rooms.every((room) => nodeOf(changed, room) === nodeOf(anew, room)));
});
