/** Each verdict must be true: what it says of a node is checked against what placement does. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placeAnew } from '../../src/allocation/allocate.ts';
import { NO_WISHES, type RoomWishes } from '../../src/allocation/allocation.ts';
import { explain, type Explanation, type KnownState } from '../../src/allocation/explain.ts';
import { Snapshot, type HandedOut } from '../../src/allocation/snapshot.ts';
import { clusterView, type HealthState } from '../../src/cluster/view.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';

function snapshotOf(text = SMALL, health: Record<string, HealthState> = {}): Snapshot {
  return new Snapshot(clusterView(parse(text), new Map(Object.entries(health))));
}

function explained(
  snapshot: Snapshot,
  state: KnownState = {},
  wishes: Partial<RoomWishes> = {},
): Explanation {
  return explain(snapshot, 'standup', { ...NO_WISHES, ...wishes }, [], state);
}

const holding = (rooms: Record<string, number>): HandedOut => ({
  loads: () => new Map(Object.entries(rooms)),
  total: () => Object.values(rooms).reduce((sum, count) => sum + count, 0),
});

const of = ({ candidates }: Explanation, node: string) => candidates.find((one) => one.node === node)!;
const verdicts = ({ candidates }: Explanation) => candidates.map(({ verdict }) => verdict);
/** The nodes as placement prefers them for the room. */
const order = [...snapshotOf().candidates('standup', null)];
const [first, second, third] = order as [string, string, string];
/** The small cluster with another setting for a node. */
const withNode = (node: string, setting: string, text = SMALL) =>
  text.replace(', state: draining', '').replace(`id: ${node},`, `id: ${node}, ${setting},`);

describe('a room without a claim', () => {
  test('goes to the first candidate; those behind it are not reached, and say so where they would refuse', () => {
    const found = explained(snapshotOf());
    assert.equal(found.claim, null);
    assert.deepEqual(
      found.candidates.map(({ node, rank }) => [rank, node]),
      order.map((node, index) => [index + 1, node]),
    );
    const [chosen, ...rest] = found.candidates;
    assert.equal(chosen?.verdict, 'chosen');
    assert.equal(chosen.reason, 'the most preferred node that takes new rooms');
    assert.equal(found.allocation?.node.id, first);
    for (const { node, verdict, reason } of rest) {
      assert.equal(verdict, 'not reached');
      const more = node === 'sfu-4' ? '; would refuse: draining' : '';
      assert.equal(reason, `a more preferred node takes the room${more}`);
    }
  });

  test('passes over those in front of the chosen one, with the reasons that placement had', () => {
    const snapshot = snapshotOf(withNode(first, 'state: draining'), { [second]: 'suspect' });
    const found = explained(snapshot);
    assert.deepEqual(verdicts(found), ['passed over', 'passed over', 'chosen', 'not reached', 'not reached']);
    assert.deepEqual(found.allocation?.passedOver, [
      { node: first, reason: 'draining' },
      { node: second, reason: 'suspect' },
    ]);
    assert.deepEqual([of(found, first).reason, of(found, second).reason], ['draining', 'suspect']);
  });

  test('spills over a full node, and says how full it is', () => {
    const found = explained(snapshotOf(), { handedOut: holding({ [first]: 50 }) });
    assert.equal(of(found, first).verdict, 'passed over');
    assert.match(of(found, first).reason, /^full: holds 50 of at most \d+ rooms$/);
    assert.equal(of(found, second).verdict, 'chosen');
    assert.equal(of(found, second).reason, 'the most preferred node that has not reached its bounded share');
  });

  test('goes by its wishes: of zone in order, of kind of node and VIP in reason', () => {
    const zoned = explained(snapshotOf(), {}, { zone: 'b' });
    assert.deepEqual(
      zoned.candidates.map(({ zone }) => zone),
      ['b', 'b', 'b', 'a', 'a'],
    );
    assert.equal(zoned.wishes.zone, 'b');
    const janus = explained(snapshotOf(), {}, { nodeKind: 'janus' });
    assert.equal(of(janus, 'jan-1').verdict, 'chosen');
    for (const { node, verdict, reason, rank } of janus.candidates) {
      if (node === 'jan-1') continue;
      const passed = rank < of(janus, 'jan-1').rank;
      assert.equal(verdict, passed ? 'passed over' : 'not reached');
      assert.ok(reason.endsWith('is mediasoup, not janus'), reason);
    }
  });

  test('that nobody can take: every node is passed over with its reason, one of weight 0 too', () => {
    const text = withNode('jan-1', 'weight: 0').replaceAll(
      'kind: mediasoup',
      'kind: mediasoup, state: disabled',
    );
    const found = explained(snapshotOf(text));
    assert.equal(found.allocation, null);
    assert.deepEqual(new Set(verdicts(found)), new Set(['passed over']));
    assert.equal(found.candidates.length, 5);
    assert.deepEqual([of(found, 'jan-1').rank, of(found, 'jan-1').reason], [5, 'weight 0']);
    assert.equal(of(found, 'sfu-1').reason, 'disabled');
  });
});

describe('a room with a live claim', () => {
  test('stays; nobody is passed over, and each says what it would do without the claim', () => {
    const snapshot = snapshotOf(withNode(second, 'state: draining'));
    const found = explained(snapshot, { heldOn: third });
    assert.deepEqual(found.claim, { node: third, lost: null });
    assert.equal(found.allocation?.decision, 'claim');
    assert.equal(found.allocation.moved, undefined);
    assert.deepEqual(verdicts(found), ['not reached', 'not reached', 'chosen', 'not reached', 'not reached']);
    const claimed = `the room is claimed on ${third}`;
    assert.equal(of(found, first).reason, `${claimed}; without that claim it would go here now`);
    assert.equal(of(found, second).reason, `${claimed}; here it would be refused now: draining`);
    assert.equal(of(found, third).reason, 'the room is claimed here, and a claim sticks');
    assert.equal(found.candidates[3]?.reason, claimed);
  });

  test('on a node that takes no new rooms says both', () => {
    const found = explained(snapshotOf(withNode(third, 'state: draining')), { heldOn: third });
    assert.equal(
      of(found, third).reason,
      'the room is claimed here, and a claim sticks, although the node takes no new rooms: draining',
    );
  });

  test('is compared with what would happen without this very claim', () => {
    // A second room on `first` would be one too many, but its only room is the one that is asked about.
    const handedOut = holding({ [first]: 1 });
    const found = explained(snapshotOf(), { heldOn: first, handedOut });
    assert.equal(of(found, first).rooms, 1);
    assert.ok(found.candidates.every(({ reason }) => !reason.includes('would go here')));
    const anew = placeAnew(snapshotOf(), 'standup', NO_WISHES, handedOut);
    assert.ok(anew.placed && anew.allocation.node.id !== first, 'counted twice it would be full');
  });
});

describe('a room whose node lost it', () => {
  for (const [why, snapshot] of [
    ['disabled', snapshotOf(withNode(first, 'state: disabled'))],
    ['down', snapshotOf(SMALL, { [first]: 'down' })],
  ] as const) {
    test(`${why}: explains what the next claim does, and where from`, () => {
      const found = explained(snapshot, { heldOn: first });
      assert.deepEqual(found.claim, { node: first, lost: why });
      assert.deepEqual(found.allocation?.moved, { from: first, why });
      assert.deepEqual(of(found, first), {
        rank: 1,
        node: first,
        zone: of(found, first).zone,
        weight: of(found, first).weight,
        rooms: null,
        verdict: 'passed over',
        reason: `had the room and lost it: ${why}`,
      });
      assert.equal(of(found, second).verdict, 'chosen');
    });
  }

  test('behind the chosen one it is not reached, and says that it lost the room', () => {
    const found = explained(snapshotOf(SMALL, { [third]: 'down' }), { heldOn: third });
    assert.deepEqual(found.allocation?.moved, { from: third, why: 'down' });
    assert.equal(of(found, third).verdict, 'not reached');
    assert.match(of(found, third).reason, /had the room and lost it: down/);
  });

  test('removed: it is no candidate any more, but the claim and the move name it', () => {
    const found = explained(snapshotOf(), { heldOn: 'gone', handedOut: holding({ gone: 3 }) });
    assert.deepEqual(found.claim, { node: 'gone', lost: 'removed' });
    assert.deepEqual(found.allocation?.moved, { from: 'gone', why: 'removed' });
    assert.equal(found.candidates.length, 5);
  });

  test('and nobody takes it: no allocation, and every node says why', () => {
    const down = Object.fromEntries(order.map((node) => [node, 'down' as const]));
    const found = explained(snapshotOf(SMALL, down), { heldOn: first });
    assert.equal(found.allocation, null);
    assert.deepEqual(found.claim, { node: first, lost: 'down' });
    assert.deepEqual(new Set(verdicts(found)), new Set(['passed over']));
  });
});

describe('a room that lives somewhere', () => {
  test('is there though nobody has claimed it, and the rest is told what would be', () => {
    const found = explained(snapshotOf(), { live: { node: second, port: 40000 } });
    assert.equal(found.claim, null);
    assert.deepEqual([found.allocation?.node.id, found.allocation?.decision], [second, 'live']);
    assert.equal(of(found, second).reason, 'the room lives here, though nobody has claimed it yet');
    assert.equal(of(found, first).reason, `the room lives on ${second}; without that it would go here now`);
  });

  test('keeps its claim on a node that is down for other workers than its own', () => {
    const view = clusterView(parse(SMALL), new Map([[second, 'down' as const]]), {
      serving: new Map([[second, new Set([40000])]]),
    });
    const at = (port: number) =>
      explained(new Snapshot(view), { heldOn: second, live: { node: second, port } });
    assert.deepEqual(at(40000).claim, { node: second, lost: null });
    assert.equal(
      of(at(40000), second).reason,
      'the room is claimed here, and a claim sticks, although the node takes no new rooms: down',
    );
    assert.deepEqual(at(40001).claim, { node: second, lost: 'down' });
  });
});
