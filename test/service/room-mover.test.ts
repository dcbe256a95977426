/** Rooms of lost nodes, moved at a pace, by a clock that goes when told. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import { EventBus } from '../../src/events/bus.ts';
import type { RoomMovedEvent } from '../../src/events/events.ts';
import { MovePace } from '../../src/service/move-pace.ts';
import { RoomMover } from '../../src/service/room-mover.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';
import { FakeClock } from '../health/fake-clock.ts';
import { claimOn } from '../store/stores.ts';

const ROOMS = Array.from({ length: 30 }, (_, i) => `room-${i}`);

/** Milliseconds by which the clock goes. */
const STEP = 100;

interface Moved extends RoomMovedEvent {
  /** Milliseconds since the node was lost. */
  readonly after: number;
}

async function scene(t: TestContext, placement = 'placement: { movesPerSecond: 2 }') {
  const clock = new FakeClock();
  const begin = clock.now();
  const events = new EventBus((error) => {
    throw error;
  });
  const moved: Moved[] = [];
  events.listen((event) => {
    if (event.type === 'room.moved') moved.push({ ...event, after: clock.now() - begin });
  });
  const { claims } = memoryStore();
  const dispatcher = new Dispatcher(claims, parse(`${SMALL}\n${placement}`), { events });
  for (const room of ROOMS) await claims.create(room, claimOn('sfu-1'));
  await claims.create('elsewhere', claimOn('sfu-2'));
  const logger = { warn: (members: object) => assert.fail(JSON.stringify(members)) };
  const mover = new RoomMover({ dispatcher, events, clock, logger });
  t.after(() => mover.stop());
  const health = async (state: 'up' | 'down') => {
    dispatcher.observe({ health: new Map([['sfu-1', state]]) });
    await settled();
  };
  const go = async (milliseconds: number) => {
    for (let gone = 0; gone < milliseconds; gone += STEP) {
      await clock.go(STEP);
      await settled();
    }
  };
  return { clock, dispatcher, moved, mover, health, go };
}

/** Long enough for whatever a step begins. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await setImmediate();
}

/** Most moves to one node within any second, less the step of the clock by which they may be told late. */
function busiest(moved: readonly Moved[]): number {
  return Math.max(
    ...moved.map(
      ({ after, to }) =>
        moved.filter((m) => m.to === to && m.after >= after && m.after < after + 1000 - STEP).length,
    ),
  );
}

describe('rooms of a lost node', () => {
  test('all move, to each node no faster than it may take them', async (t) => {
    const { health, go, moved, dispatcher } = await scene(t);
    await health('down');
    await go(1000);
    assert.ok(moved.length > 0 && moved.length < ROOMS.length, `${moved.length} in the first second`);
    await go(30_000);
    assert.deepEqual(moved.map(({ room }) => room).sort(), [...ROOMS].sort());
    assert.equal(busiest(moved), 2);
    assert.ok(moved.every(({ from, why }) => from === 'sfu-1' && why === 'down'));
    assert.equal(dispatcher.claims.loads().get('sfu-1') ?? 0, 0);
  });

  test('go to their pins, where they have one', async (t) => {
    const pins = 'pins: [{ room: room-1, node: jan-1 }, { room: room-2, node: sfu-1, strict: true }]';
    const { health, go, moved } = await scene(t, `placement: { movesPerSecond: 1000 }\n${pins}`);
    await health('down');
    await go(2000);
    assert.equal(moved.find(({ room }) => room === 'room-1')?.to, 'jan-1');
    // Nobody but its node may take the other; it has that back when it is up again.
    assert.ok(moved.every(({ room }) => room !== 'room-2'));
    assert.equal(moved.length, ROOMS.length - 1);
  });

  test('move in the same order and at the same times wherever it is seen', async (t) => {
    const runs = [];
    for (let i = 0; i < 2; i++) {
      const { health, go, moved } = await scene(t);
      await health('down');
      await go(30_000);
      runs.push(moved.map(({ room, to, after }) => `${room} ${to} ${after}`));
    }
    assert.deepEqual(runs[0], runs[1]);
  });

  test('whoever asks is answered at once, and that room moves once', async (t) => {
    const { health, go, moved, dispatcher } = await scene(t);
    await health('down');
    const asked = ROOMS.filter((room) => moved.every((one) => one.room !== room)).at(-1)!;
    const answer = await dispatcher.claim(asked);
    assert.equal(answer.result, 'moved');
    await go(30_000);
    assert.equal(moved.filter(({ room }) => room === asked).length, 1);
    assert.equal(moved.length, ROOMS.length);
  });

  test('stay where they are once it is back', async (t) => {
    const { health, go, moved } = await scene(t);
    await health('down');
    await go(1000);
    await health('up');
    const before = moved.length;
    await go(30_000);
    assert.equal(moved.length, before);
  });

  test('move only when asked for where nothing else is said, and at once where that changes', async (t) => {
    const { health, go, moved, dispatcher } = await scene(t, '');
    await health('down');
    await go(5000);
    assert.deepEqual(moved, []);
    dispatcher.setTopology(parse(`${SMALL}\nplacement: { movesPerSecond: 1000 }`));
    await settled();
    await go(5000);
    assert.equal(moved.length, ROOMS.length);
  });

  test('nothing moves any more after the end', async (t) => {
    const { health, go, moved, mover } = await scene(t);
    await health('down');
    await mover.stop();
    const before = moved.length;
    await go(5000);
    assert.equal(moved.length, before);
  });
});

test('turns of a node are never closer than its rate, and never later than need be', () => {
  const asks = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(500)), { maxLength: 50 });
  fc.assert(
    fc.property(asks, fc.constantFrom(1, 4, 100), (reserved, perSecond) => {
      const pace = new MovePace();
      const last = new Map<string, number>();
      let now = 0;
      for (const [node, passed] of reserved) {
        now += passed;
        const at = pace.reserve(node, perSecond, now);
        assert.equal(at, Math.max(now, (last.get(node) ?? -Infinity) + 1000 / perSecond));
        last.set(node, at);
      }
    }),
  );
});
