import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EventBus } from '../../src/events/bus.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import { NodeRegistry } from '../../src/nodes/registry.ts';
import { ClaimKeeper } from '../../src/service/claim-keeper.ts';
import { memoryStore } from '../../src/store/memory.ts';
import type { ClaimStore } from '../../src/store/store.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';
import { until } from '../media-node/support.ts';
import { helloSaid, roomsSaid } from '../nodes/said.ts';
import { claimOn, listAll } from '../store/stores.ts';

/** The same claims, but for what is given. */
function claimsBut(claims: ClaimStore, changes: Partial<ClaimStore>): ClaimStore {
  return {
    get: (room) => claims.get(room),
    create: (room, claim) => claims.create(room, claim),
    move: (...args) => claims.move(...args),
    release: (room) => claims.release(room),
    list: (query) => claims.list(query),
    loads: () => claims.loads(),
    total: () => claims.total(),
    renew: (places) => claims.renew(places),
    released: (room) => claims.released(room),
    degraded: false,
    ...changes,
  };
}

function scene(change: (claims: ClaimStore) => ClaimStore = (claims) => claims) {
  const told: AnyEvent[] = [];
  const events = new EventBus((error) => {
    throw error;
  });
  events.listen((event) => told.push(event));
  const memory = memoryStore();
  const store = { ...memory, claims: change(memory.claims) };
  const topology = parse(SMALL);
  const registry = new NodeRegistry({ topology, events, now: Date.now });
  const dispatcher = new Dispatcher(store.claims, topology, { live: registry.live, events });
  const warnings: unknown[] = [];
  const logger = { warn: (members: unknown) => void warnings.push(members) };
  const keeper = new ClaimKeeper({ dispatcher, registry, events, logger, now: Date.now });
  const connect = (node: string) => {
    const link = { close: () => undefined };
    registry.hello(node, link, helloSaid({ node }));
    return (rooms: readonly string[], more = {}) => registry.receive(node, link, roomsSaid(rooms, more));
  };
  const splits = () =>
    told.flatMap((event) =>
      event.type === 'room.split' ? [`${event.room} ${event.live} ${event.claimed}`] : [],
    );
  return { dispatcher, registry, keeper, store, connect, splits, warnings, events, told };
}

describe('claims and live rooms', () => {
  test('an empty store fills again from what nodes report, all rooms of all nodes', async () => {
    const { keeper, store, connect } = scene();
    const rooms = (prefix: string) => Array.from({ length: 1300 }, (_, i) => `${prefix}-${i}`);
    const first = connect('sfu-1');
    for (let i = 0; i < 1300; i += 400) first(rooms('a').slice(i, i + 400));
    connect('sfu-2')(rooms('b'));
    await keeper.reconcile();
    assert.deepEqual([...store.claims.loads()].sort(), [
      ['sfu-1', 1300],
      ['sfu-2', 1300],
    ]);
    assert.deepEqual((await listAll(store, 1000, 'sfu-2')).sort(), rooms('b').sort());
  });

  test('a room that is claimed elsewhere is split: told once, with both, and its claim is left alone', async () => {
    const { keeper, store, connect, splits } = scene();
    await store.claims.create('standup', claimOn('sfu-2'));
    const say = connect('sfu-1');
    say(['standup', 'retro']);
    say(['standup'], { reset: true });
    await keeper.reconcile();
    assert.deepEqual(splits(), ['standup sfu-1 sfu-2']);
    assert.equal((await store.claims.get('standup'))?.node, 'sfu-2');
    assert.equal(keeper.split, 1);
  });

  test('a split that is over is forgotten, and told anew should it come again', async () => {
    const { keeper, store, connect, splits } = scene();
    await store.claims.create('standup', claimOn('sfu-2'));
    const say = connect('sfu-1');
    say(['standup']);
    await keeper.reconcile();
    say([], { closed: ['standup'] });
    await keeper.reconcile();
    assert.equal(keeper.split, 0);
    say(['standup']);
    await keeper.reconcile();
    assert.deepEqual(splits(), ['standup sfu-1 sfu-2', 'standup sfu-1 sfu-2']);
  });

  test('what the store failed to take is made good later, and told once', async () => {
    let broken = true;
    const { keeper, store, connect, warnings } = scene((claims) => {
      const create: ClaimStore['create'] = (room, claim) =>
        broken ? Promise.reject(new Error('disk full')) : claims.create(room, claim);
      return claimsBut(claims, { create });
    });
    connect('sfu-1')(['standup', 'retro']);
    await keeper.reconcile();
    assert.equal(store.claims.total(), 0);
    assert.equal(warnings.length, 1);
    broken = false;
    await keeper.reconcile();
    assert.equal(store.claims.total(), 2);
  });

  test('a claim that was released while its room lives is not made anew, until somebody asks for it', async () => {
    const { keeper, store, connect, dispatcher } = scene();
    const say = connect('sfu-1');
    say(['standup']);
    await keeper.reconcile();
    assert.ok(await dispatcher.release('standup'));
    say(['standup'], { reset: true });
    await keeper.reconcile();
    assert.equal(store.claims.total(), 0);
    await dispatcher.claim('standup');
    assert.equal((await store.claims.get('standup'))?.node, 'sfu-1', 'it still lives there');
    await dispatcher.release('standup');
    say([], { closed: ['standup'] });
    await keeper.reconcile();
    say(['standup']);
    await keeper.reconcile();
    assert.equal(store.claims.total(), 1, 'it was opened anew');
  });

  test('a room that closed while it waited for its turn is not claimed', async () => {
    const { keeper, store, connect } = scene();
    const say = connect('sfu-1');
    say(['standup']);
    say([], { closed: ['standup'] });
    await keeper.reconcile();
    assert.equal(store.claims.total(), 0);
  });

  test('a room that was handed out twice while the store was away goes where it lives, if it lives only there', async () => {
    const { keeper, store, connect, splits, events, told } = scene();
    for (const room of ['here', 'both', 'unheard']) await store.claims.create(room, claimOn('sfu-2'));
    await store.claims.move('unheard', 'sfu-2', claimOn('sfu-3'));
    const [first, second] = [connect('sfu-1'), connect('sfu-2')];
    second(['both']);
    for (const room of ['here', 'both', 'unheard']) {
      const claimed = room === 'unheard' ? 'sfu-3' : 'sfu-2';
      events.emit({ type: 'room.conflict', at: 0, room, claimed, other: 'sfu-1' });
    }
    first(['here', 'both', 'unheard']);
    await keeper.reconcile();
    assert.equal((await store.claims.get('here'))?.node, 'sfu-1');
    assert.equal((await store.claims.get('both'))?.node, 'sfu-2');
    // sfu-3 does not report here: for all that is known, the room may live there.
    assert.equal((await store.claims.get('unheard'))?.node, 'sfu-3');
    assert.deepEqual(splits().sort(), ['both sfu-1 sfu-2', 'unheard sfu-1 sfu-3']);
    const moved = told.flatMap((event) =>
      event.type === 'room.moved' ? [[event.room, event.to, event.why]] : [],
    );
    assert.deepEqual(moved, [['here', 'sfu-1', 'lives there']]);
  });

  test('claims of live rooms are renewed once the store is back, before it drops those that nobody needed', async () => {
    const renewed: string[] = [];
    const { keeper, connect, events } = scene((claims) =>
      claimsBut(claims, {
        renew: (places) => {
          renewed.push(...places.map(({ room }) => room));
          return claims.renew(places);
        },
      }),
    );
    connect('sfu-1')(['standup']);
    await keeper.reconcile();
    renewed.length = 0;
    const outage = { seconds: 60, restored: false, brought: 0, conflicts: 0 };
    events.emit({ type: 'store.recovered', at: 0, ...outage });
    await until('the renewal', () => renewed.length > 0);
    assert.deepEqual(renewed, ['standup']);
  });

  test('a room that another replica moved goes back where it lives, if it lives only there and its node is well', async () => {
    const { keeper, dispatcher, store, connect, events, splits } = scene();
    const [first, second] = [connect('sfu-1'), connect('sfu-2')];
    const rooms = ['here', 'both', 'own', 'lost'];
    for (const room of rooms) await store.claims.create(room, claimOn('sfu-2'));
    first(['here', 'both', 'own']);
    await keeper.reconcile();
    connect('sfu-3')(['lost']);
    second(['both']);
    const moved = { type: 'room.moved', at: 0, to: 'sfu-2', why: 'down' } as const;
    for (const room of rooms) {
      const from = room === 'lost' ? 'sfu-3' : 'sfu-1';
      events.emit({ ...moved, room, from, ...(room !== 'own' && { by: 'replica' }) });
    }
    assert.equal((await store.claims.get('here'))?.node, 'sfu-2', 'not before it is known what others saw');
    dispatcher.observe({ health: new Map([['sfu-3', 'down']]) });
    await keeper.reconcile();
    const claimed = await Promise.all(rooms.map(async (room) => (await store.claims.get(room))?.node));
    assert.deepEqual(claimed, ['sfu-1', 'sfu-2', 'sfu-2', 'sfu-2']);
    assert.ok(splits().includes('both sfu-1 sfu-2'));
  });

  test('a live room whose claim another replica released is let go', async () => {
    const gone = new Set(['standup']);
    const { keeper, store, connect } = scene((claims) =>
      claimsBut(claims, { released: (room) => gone.has(room) }),
    );
    connect('sfu-1')(['standup', 'retro']);
    await keeper.reconcile();
    assert.deepEqual(await listAll(store), ['retro']);
  });
});
