import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlacementNode } from '../../src/placement/algorithm.ts';
import { placementFor } from '../../src/placement/for-view.ts';
import { hashRoom } from '../../src/placement/hash.ts';
import { whatIf } from '../../src/placement/what-if.ts';
import type { Node } from '../../src/topology/model.ts';
import { cluster, roomNames, viewOf } from './clusters.ts';

const draining = (nodes: readonly PlacementNode[], id: string): (PlacementNode & Partial<Node>)[] =>
  nodes.map((node) => (node.id === id ? { ...node, state: 'draining' as const } : node));

describe('what-if', () => {
  const ten = cluster(10);

  test('says that nothing moves when nothing changes', () => {
    const view = viewOf('maglev', ten);
    const expected = { samples: 1000, moved: 0, share: 0, ideal: 0, moves: [] };
    assert.deepEqual(whatIf(view, view, { samples: 1000, rooms: roomNames(100) }), expected);
  });

  test('measures the share over 100,000 rooms unless told otherwise', () => {
    const result = whatIf(viewOf('rendezvous', ten), viewOf('rendezvous', cluster(11)));
    assert.equal(result.samples, 100_000);
    assert.equal(result.share, result.moved / 100_000);
    assert.equal(result.ideal.toFixed(6), (1 / 11).toFixed(6));
    // Five standard deviations.
    assert.ok(Math.abs(result.share - 1 / 11) < 5 * Math.sqrt(1 / 11 / 100_000), String(result.share));
  });

  test('gives the same answer every time', () => {
    const change = [viewOf('maglev', ten), viewOf('maglev', cluster(9))] as const;
    assert.deepEqual(whatIf(...change, { samples: 5000 }), whatIf(...change, { samples: 5000 }));
  });

  test('moves exactly the share of a node that begins to drain, and names its rooms', () => {
    const [before, after] = [viewOf('maglev', ten), viewOf('maglev', draining(ten, 'sfu-3'))];
    const rooms = roomNames(500);
    const { table } = placementFor(before);
    const own = rooms.filter((room) => table.first(hashRoom(room)) === 'sfu-3');
    const { moves, share, ideal } = whatIf(before, after, { rooms });
    assert.equal(ideal.toFixed(6), '0.100000');
    assert.ok(Math.abs(share - ideal) < 0.005);
    assert.deepEqual(
      moves.map((move) => move.room),
      own,
    );
    for (const { from, to, room } of moves) {
      assert.equal(from, 'sfu-3');
      assert.equal(to, [...table.candidates(hashRoom(room))][1]);
    }
  });

  test('counts what any method must move when weights change', () => {
    const heavier = ten.map((node) => (node.id === 'sfu-1' ? { ...node, weight: 200 } : node));
    const { ideal } = whatIf(viewOf('maglev', ten), viewOf('maglev', heavier), { samples: 0 });
    assert.equal(ideal.toFixed(6), (2 / 11 - 1 / 10).toFixed(6));
  });

  test('shows rooms that lose every node, and rooms that get one for the first time', () => {
    const [all, none] = [viewOf('ring', cluster(1)), viewOf('ring', draining(cluster(1), 'sfu-1'))];
    const lost = whatIf(all, none, { samples: 10, rooms: ['a'] });
    assert.deepEqual(lost, {
      samples: 10,
      moved: 10,
      share: 1,
      ideal: 1,
      moves: [{ room: 'a', from: 'sfu-1', to: null }],
    });
    const found = whatIf(none, all, { samples: 10, rooms: ['a'] });
    assert.equal(found.ideal, 1);
    assert.deepEqual(found.moves, [{ room: 'a', from: null, to: 'sfu-1' }]);
  });

  test('knows of a change of algorithm', () => {
    const { share, ideal } = whatIf(viewOf('maglev', ten), viewOf('rendezvous', ten), { samples: 10_000 });
    assert.equal(ideal, 0);
    assert.ok(share > 0.85);
  });
});
