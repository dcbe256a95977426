/** Where pinned rooms go, against what pins are said to do. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placeAnew } from '../../src/allocation/allocate.ts';
import { NO_WISHES, type RoomWishes } from '../../src/allocation/allocation.ts';
import { explain } from '../../src/allocation/explain.ts';
import { Snapshot, type HandedOut } from '../../src/allocation/snapshot.ts';
import { clusterView, type HealthState, type Observed } from '../../src/cluster/view.ts';
import { whatIf } from '../../src/placement/what-if.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';

const ROOM = 'standup';
/** What the room prefers by hash: the first four are of four nodes that are not the pinned one or are. */
const [first, , third] = [...new Snapshot(clusterView(parse(SMALL))).candidates(ROOM, null)] as [
  string,
  string,
  string,
];

interface Circumstances {
  readonly strict?: boolean;
  readonly text?: string;
  readonly health?: HealthState;
  readonly observed?: Partial<Observed>;
}

/** The small cluster with the room pinned to its third choice. */
function pinned({ strict = false, text = SMALL, health, observed }: Circumstances = {}): Snapshot {
  const topology = parse(`${text}pins: [{ room: ${ROOM}, node: ${third}, strict: ${strict} }]\n`);
  return new Snapshot(clusterView(topology, new Map(health ? [[third, health]] : []), observed));
}

/** That much on the pinned node, and nothing elsewhere. */
const full: HandedOut = { loads: () => new Map([[third, 1000]]), total: () => 1000 };

function placed(snapshot: Snapshot, wishes: Partial<RoomWishes> = {}, handedOut?: HandedOut) {
  return placeAnew(snapshot, ROOM, { ...NO_WISHES, ...wishes }, handedOut);
}

const PIN_STATE = (state: string) => SMALL.replace(`id: ${third},`, `id: ${third}, ${state},`);
const zoneOf = (node: string) => parse(SMALL).nodes.find(({ id }) => id === node)!.zone!;

describe('a pinned room', () => {
  test('goes to its node, whatever its hash says, full or not, and with or without a store', () => {
    for (const strict of [false, true]) {
      for (const handedOut of [undefined, full]) {
        const outcome = placed(pinned({ strict }), {}, handedOut);
        assert.ok(outcome.placed);
        assert.deepEqual(
          [outcome.allocation.node.id, outcome.allocation.decision, outcome.allocation.passedOver],
          [third, 'pin', []],
        );
      }
    }
    // The room that is not pinned would not go there.
    assert.notEqual(first, third);
    assert.ok(!placed(pinned(), {}, full).placed || first !== third);
  });

  test('goes to a node that just came back, too', () => {
    const outcome = placed(pinned({ observed: { factors: new Map([[third, 0.1]]) } }));
    assert.ok(outcome.placed && outcome.allocation.decision === 'pin');
  });

  const OBSTACLES: readonly (readonly [string, Circumstances, Partial<RoomWishes>, RegExp])[] = [
    ['draining', { text: PIN_STATE('state: draining') }, {}, /draining$/],
    ['disabled', { text: PIN_STATE('state: disabled') }, {}, /disabled$/],
    ['weight 0', { text: PIN_STATE('weight: 0') }, {}, /weight 0$/],
    ['down', { health: 'down' }, {}, /down$/],
    ['suspect', { health: 'suspect' }, {}, /suspect$/],
    ['about to stop', { observed: { leaving: new Set([third]) } }, {}, /about to stop$/],
    ['another kind', {}, { nodeKind: third === 'jan-1' ? 'mediasoup' : 'janus' }, /is \w+, not \w+$/],
    ['another zone', {}, { zone: zoneOf(third) === 'a' ? 'b' : 'a' }, /is in zone \w, not \w$/],
  ];
  for (const [what, circumstances, wishes, reason] of OBSTACLES) {
    const text = (circumstances.text ?? SMALL).replace('weight: 0, kind', 'weight: 0, kind');
    test(`whose node cannot take it (${what}) goes by hash, or nowhere, and the reason is told`, () => {
      const lax = placed(pinned({ ...circumstances, text }), wishes);
      const unpinned = placed(
        new Snapshot(
          clusterView(
            parse(text),
            new Map(circumstances.health ? [[third, circumstances.health]] : []),
            circumstances.observed,
          ),
        ),
        wishes,
      );
      assert.ok(lax.placed && unpinned.placed);
      assert.equal(lax.allocation.node.id, unpinned.allocation.node.id);
      assert.equal(lax.allocation.decision, unpinned.allocation.decision);
      assert.equal(lax.allocation.passedOver[0]?.node, third);
      assert.match(lax.allocation.passedOver[0].reason, reason);

      const strict = placed(pinned({ ...circumstances, text, strict: true }), wishes);
      assert.ok(!strict.placed);
      assert.equal(strict.pin?.node, third);
      assert.deepEqual(
        strict.passedOver.map(({ node }) => node),
        [third],
      );
      assert.match(strict.passedOver[0]!.reason, reason);
    });
  }
});

describe('explain, of a pinned room', () => {
  const explained = (snapshot: Snapshot, heldOn?: string) =>
    explain(snapshot, ROOM, NO_WISHES, [], heldOn === undefined ? {} : { heldOn });
  const reasonsOf = (found: ReturnType<typeof explained>) =>
    Object.fromEntries(found.candidates.map(({ node, verdict, reason }) => [node, `${verdict}: ${reason}`]));

  test('says that it is pinned', () => {
    const found = explained(pinned());
    assert.deepEqual(found.pin, { node: third, strict: false });
    assert.equal(reasonsOf(found)[third], 'pinned: an operator pinned the room to this node');
    assert.equal(reasonsOf(found)[first], `not reached: the room is pinned to ${third}`);
    assert.equal(explain(pinned(), 'other', NO_WISHES, []).pin, null);
  });

  test('says that a claim elsewhere goes before the pin', () => {
    const found = explained(pinned(), first);
    assert.equal(found.allocation?.node.id, first);
    const reasons = reasonsOf(found);
    assert.equal(
      reasons[first],
      `chosen: the room is claimed here, and a claim sticks; its pin to ${third} holds once it is released`,
    );
    assert.equal(
      reasons[third],
      `not reached: the room is claimed on ${first}; without that claim it would go here now, where it is pinned`,
    );
  });

  test('says why the pin did not hold, and of a strict one that nobody else is asked', () => {
    const text = PIN_STATE('state: draining');
    const lax = reasonsOf(explained(pinned({ text })));
    assert.equal(lax[third], 'passed over: the room is pinned here, where it cannot go: draining');
    const strict = explained(pinned({ text, strict: true }));
    assert.equal(strict.allocation, null);
    const reasons = reasonsOf(strict);
    assert.equal(
      reasons[third],
      'passed over: the room is strictly pinned here, where it cannot go: draining',
    );
    assert.equal(reasons[first], `not reached: the room is strictly pinned to ${third}`);
  });
});

test('what a change would move tells of rooms that become pinned', () => {
  const before = clusterView(parse(SMALL));
  const { moves } = whatIf(before, pinned().view, { samples: 0, rooms: [ROOM, 'other'] });
  assert.deepEqual(moves, [{ room: ROOM, from: first, to: third }]);
});
