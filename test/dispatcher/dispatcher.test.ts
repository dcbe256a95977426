import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import type { LiveRoom, LiveRooms } from '../../src/dispatcher/live-rooms.ts';
import type { HealthState, Observed } from '../../src/cluster/view.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';

/** Rooms that live where a test says. */
class Living implements LiveRooms {
  readonly rooms: (LiveRoom & { readonly room: string })[] = [];

  add(room: string, node: string, port: number): void {
    this.rooms.push({ room, node, port, participants: 1, consumers: 0 });
  }

  on(room: string, node: string): LiveRoom | undefined {
    return this.rooms.find((live) => live.room === room && live.node === node);
  }

  find(room: string): LiveRoom | undefined {
    return this.rooms.find((live) => live.room === room);
  }

  count(node: string): number {
    return this.rooms.filter((live) => live.node === node).length;
  }
}

function scene() {
  const live = new Living();
  const events: AnyEvent[] = [];
  const store = memoryStore();
  const options = { live, events: { emit: (event: AnyEvent) => void events.push(event) } };
  const dispatcher = new Dispatcher(store.claims, parse(SMALL), options);
  const observe = (health: Record<string, HealthState>, more: Partial<Observed> = {}) =>
    dispatcher.observe({ health: new Map(Object.entries(health)), ...more });
  /** Since the last call, without the times. */
  const told = () =>
    events
      .splice(0)
      .map((event) => Object.fromEntries(Object.entries(event).filter(([key]) => key !== 'at')));
  const claim = async (room: string) => {
    const result = await dispatcher.claim(room);
    assert.notEqual(result.result, 'refused');
    return 'allocation' in result ? result.allocation : assert.fail();
  };
  return { live, dispatcher, store, observe, told, claim };
}

describe('claims and health', () => {
  test('a suspect node keeps its rooms and gets none; one that is down loses them at their next PUT', async () => {
    const { observe, told, claim } = scene();
    const first = (await claim('standup')).node.id;
    assert.deepEqual(told(), [{ type: 'room.claimed', room: 'standup', node: first, by: 'request' }]);
    observe({ [first]: 'suspect' });
    assert.equal((await claim('standup')).node.id, first);
    for (let i = 0; i < 50; i++) assert.notEqual((await claim(`other-${i}`)).node.id, first);
    told();
    observe({ [first]: 'down' });
    const moved = await claim('standup');
    assert.notEqual(moved.node.id, first);
    assert.deepEqual(moved.moved, { from: first, why: 'down' });
    assert.deepEqual(told(), [
      { type: 'room.moved', room: 'standup', from: first, to: moved.node.id, why: 'down' },
    ]);
    observe({});
    assert.equal((await claim('standup')).node.id, moved.node.id, 'it does not move back');
  });

  test('rooms on a node are those claimed there and those that live there', async () => {
    const { live, dispatcher, claim } = scene();
    const { node } = await claim('standup');
    assert.deepEqual(await dispatcher.roomsOn(node.id), { claims: 1, live: 0 });
    for (const room of ['standup', 'unclaimed']) live.add(room, node.id, 40000);
    assert.deepEqual(await dispatcher.roomsOn(node.id), { claims: 1, live: 2 });
    await dispatcher.release('standup');
    assert.deepEqual(await dispatcher.roomsOn(node.id), { claims: 0, live: 2 });
    assert.deepEqual(await dispatcher.roomsOn('sfu-4'), { claims: 0, live: 0 });
  });

  test('a room on a worker that serves stays, though its node is down for another one', async () => {
    const { live, dispatcher, observe, claim } = scene();
    const node = (await claim('standup')).node.id;
    live.add('standup', node, 40000);
    observe({ [node]: 'down' }, { serving: new Map([[node, new Set([40000])]]) });
    assert.equal((await claim('standup')).node.id, node);
    assert.equal((await dispatcher.lookup('standup')).found, 'claim');
    observe({ [node]: 'down' }, { serving: new Map([[node, new Set([40001])]]) });
    assert.notEqual((await claim('standup')).node.id, node);
  });

  test('of a node about to stop, live rooms stay, and claims that are not live go', async () => {
    const { live, observe, claim } = scene();
    const node = (await claim('live')).node.id;
    let other = 0;
    while ((await claim(`claimed-${other}`)).node.id !== node) other++;
    live.add('live', node, 40000);
    observe({}, { leaving: new Set([node]) });
    assert.equal((await claim('live')).node.id, node);
    const moved = await claim(`claimed-${other}`);
    assert.deepEqual(moved.moved, { from: node, why: 'about to stop' });
    assert.notEqual(moved.node.id, node);
  });
});

describe('claims and reports', () => {
  test('a room that lives somewhere is claimed there, whatever the hash says', async () => {
    const { live, dispatcher, claim } = scene();
    const byHash = (await dispatcher.preview('standup')) as { allocation: { node: { id: string } } };
    const elsewhere = byHash.allocation.node.id === 'sfu-1' ? 'sfu-2' : 'sfu-1';
    live.add('standup', elsewhere, 40000);
    const { node, decision } = await claim('standup');
    assert.deepEqual([node.id, decision], [elsewhere, 'live']);
    assert.equal((await claim('standup')).decision, 'claim');
  });

  test('a live room that nobody claimed is claimed for its node; one that is claimed is left alone', async () => {
    const { dispatcher, store, told } = scene();
    assert.equal(await dispatcher.adopt('standup', 'sfu-2'), 'sfu-2');
    assert.deepEqual(told(), [{ type: 'room.claimed', room: 'standup', node: 'sfu-2', by: 'report' }]);
    assert.equal(await dispatcher.adopt('standup', 'sfu-1'), 'sfu-2');
    assert.equal((await store.claims.get('standup'))?.node, 'sfu-2');
    assert.deepEqual(told(), []);
  });

  test('but where the claim is on a node that has lost it, it goes to where the room lives', async () => {
    const { dispatcher, observe, store, told } = scene();
    await dispatcher.adopt('standup', 'sfu-2');
    told();
    observe({ 'sfu-2': 'down' });
    assert.equal(await dispatcher.adopt('standup', 'sfu-1'), 'sfu-1');
    assert.equal((await store.claims.get('standup'))?.node, 'sfu-1');
    assert.deepEqual(told(), [
      { type: 'room.moved', room: 'standup', from: 'sfu-2', to: 'sfu-1', why: 'down' },
    ]);
  });

  test('release tells', async () => {
    const { dispatcher, told, claim } = scene();
    const { node } = await claim('standup');
    told();
    assert.equal((await dispatcher.release('standup'))?.node, node.id);
    assert.equal(await dispatcher.release('standup'), undefined);
    assert.deepEqual(told(), [{ type: 'room.released', room: 'standup', node: node.id }]);
  });
});
