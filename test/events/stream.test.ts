/** Who gets which events, by a model: a filter over a list. No network. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { AnyEvent } from '../../src/events/events.ts';
import { compileFilter, FilterError, type EventFilter } from '../../src/events/filter.ts';
import { History, type NumberedEvent } from '../../src/events/history.ts';
import { formatPosition, readPosition } from '../../src/events/position.ts';
import type { StreamMessage } from '../../src/events/stream-messages.ts';
import { Subscriber, type Departure, type Sink } from '../../src/events/subscriber.ts';
import { subjectsOf } from '../../src/events/subjects.ts';
import { EVENT_TYPES } from '../../src/events/types.ts';

const EPOCH = '0123456789ab';
const ROOMS = ['a', 'b'];
const NODES = ['sfu-1', 'sfu-2', 'sfu-3'];

const one = (values: readonly string[]) => fc.constantFrom(...values);
const events: fc.Arbitrary<AnyEvent> = fc.oneof(
  fc.record({
    type: fc.constant('room.moved' as const),
    at: fc.nat(),
    room: one(ROOMS),
    from: one(NODES),
    to: one(NODES),
    why: fc.string(),
  }),
  fc.record({
    type: fc.constantFrom('room.released' as const, 'room.expired' as const),
    at: fc.nat(),
    room: one(ROOMS),
    node: one(NODES),
  }),
  fc.record({ type: fc.constant('node.draining' as const), at: fc.nat(), node: one(NODES), rooms: fc.nat() }),
  fc.record({ type: fc.constant('store.degraded' as const), at: fc.nat(), why: fc.string() }),
);
const filters = fc.record(
  {
    kinds: fc.subarray(['room.', 'room.moved', 'node.', 'store.degraded']),
    rooms: fc.subarray(ROOMS),
    nodes: fc.subarray(NODES),
  },
  { requiredKeys: [] },
);

/** What the filter says, in its own words, over the events themselves. */
function wanted(event: AnyEvent, { kinds = [], rooms = [], nodes = [] }: EventFilter): boolean {
  const isKind = kinds.length === 0 || kinds.some((kind) => event.type.startsWith(kind));
  const text = JSON.stringify(event);
  const about = [...rooms.map((room) => `"room":"${room}"`), ...nodes.map((node) => `:"${node}"`)];
  return isKind && (about.length === 0 || about.some((part) => text.includes(part)));
}

/** A sink that reads when it is told to. */
class SlowSink implements Sink {
  readonly got: number[] = [];
  readonly said: StreamMessage[] = [];
  ended: string | undefined;
  buffered = 0;
  #written: (() => void) | undefined;

  send({ seq, json }: NumberedEvent, written?: () => void): void {
    this.got.push(seq);
    this.buffered += json.length;
    if (written) this.#written = written;
  }

  say(message: StreamMessage): void {
    this.said.push(message);
  }

  beat(message: StreamMessage): void {
    this.said.push(message);
  }

  end(reason: string): void {
    this.ended = reason;
  }

  read(): void {
    this.buffered = 0;
    const written = this.#written;
    this.#written = undefined;
    written?.();
  }
}

function join(history: History) {
  const sink = new SlowSink();
  const departures: Departure[] = [];
  return { sink, departures, subscriber: new Subscriber(history, sink, (why) => departures.push(why)) };
}

const plain = (why = 'x'): AnyEvent => ({ type: 'store.degraded', at: 1, why });
const LIMITS = { events: 1000, bytes: 1e7 };

describe('a subscriber', () => {
  test('gets just what passes, in order, from where it wants on, however it reads', () => {
    const steps = fc.array(fc.oneof(events, fc.constantFrom('read' as const, 'pump' as const)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        fc.array(events, { maxLength: 20 }),
        filters,
        fc.nat(25),
        steps,
        (before, filter, after, then) => {
          const history = new History(EPOCH, LIMITS);
          for (const event of before) history.add(event);
          const { sink, subscriber } = join(history);
          subscriber.subscribe(filter, { epoch: EPOCH, seq: after });
          const all = [...before];
          for (const step of then) {
            if (step === 'read') sink.read();
            else if (step === 'pump') subscriber.pump();
            else {
              history.add(step);
              all.push(step);
            }
          }
          sink.read();
          subscriber.pump();
          const from = after <= before.length ? after : before.length;
          const expected = all.flatMap((event, i) => (i >= from && wanted(event, filter) ? [i + 1] : []));
          assert.deepEqual(sink.got, expected);
          const [first] = sink.said;
          assert.equal(first?.type, after <= before.length ? 'stream.open' : 'stream.gap');
          assert.equal(first.seq, from);
        },
      ),
    );
  });

  test('is sent no more than fits, and the rest once that has left', () => {
    const history = new History(EPOCH, LIMITS);
    const { sink, subscriber } = join(history);
    subscriber.subscribe({});
    for (let i = 0; i < 100; i++) history.add(plain('x'.repeat(4096)));
    subscriber.pump();
    assert.ok(sink.got.length < 20, `${sink.got.length} at once`);
    while (sink.buffered > 0) sink.read();
    assert.deepEqual(
      sink.got,
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
  });

  test('is let go when the history forgets what it has yet to get', () => {
    const history = new History(EPOCH, { events: 10, bytes: 1e6 });
    const { sink, subscriber, departures } = join(history);
    subscriber.subscribe({});
    history.add(plain('x'.repeat(70_000)));
    subscriber.pump();
    for (let i = 0; i < 11; i++) history.add(plain());
    sink.read();
    assert.deepEqual([sink.got, sink.ended, departures], [[1], 'slow', ['slow']]);
  });

  test('is let go when nothing left between two heartbeats, and only then', () => {
    const history = new History(EPOCH, LIMITS);
    const { sink, subscriber } = join(history);
    subscriber.subscribe({});
    subscriber.beat();
    subscriber.beat();
    for (let round = 0; round < 2; round++) {
      history.add(plain('x'.repeat(70_000)));
      subscriber.pump();
      subscriber.beat();
      assert.equal(sink.ended, undefined);
      sink.read();
    }
    history.add(plain('x'.repeat(70_000)));
    subscriber.pump();
    subscriber.beat();
    subscriber.beat();
    assert.equal(sink.ended, 'slow');
  });

  test('hears in heartbeats how far it is, though nothing passed its filter', () => {
    const history = new History(EPOCH, LIMITS);
    const { sink, subscriber } = join(history);
    subscriber.subscribe({ kinds: ['room.'] });
    history.add(plain());
    history.add(plain());
    subscriber.pump();
    subscriber.beat();
    assert.deepEqual(sink.said.at(-1), { version: 1, type: 'stream.heartbeat', epoch: EPOCH, seq: 2 });
  });

  const gaps: [string, { epoch: string; seq: number }, string | undefined][] = [
    ['what was forgotten', { epoch: EPOCH, seq: 1 }, 'too-old'],
    ['the oldest that is kept', { epoch: EPOCH, seq: 2 }, undefined],
    ['the newest', { epoch: EPOCH, seq: 5 }, undefined],
    ['what is not there yet', { epoch: EPOCH, seq: 6 }, 'unknown'],
    ['another epoch', { epoch: 'ba9876543210', seq: 5 }, 'other-epoch'],
  ];
  for (const [what, after, why] of gaps) {
    test(`that resumes after ${what} ${why ? 'is told of the gap' : 'gets the rest'}`, () => {
      const history = new History(EPOCH, { events: 3, bytes: 1e6 });
      for (let i = 0; i < 5; i++) history.add(plain());
      const { sink, subscriber } = join(history);
      subscriber.subscribe({}, after);
      const [first] = sink.said;
      assert.equal(first?.type === 'stream.gap' ? first.why : undefined, why);
      assert.equal(first?.seq, why ? 5 : after.seq);
      assert.deepEqual(
        sink.got,
        [3, 4, 5].filter((seq) => !why && seq > after.seq),
      );
    });
  }
});

describe('the history', () => {
  test('keeps no more events and bytes than it may, but always the newest', () => {
    const history = new History(EPOCH, { events: 100, bytes: 20_000 });
    history.add(plain('x'.repeat(50_000)));
    assert.equal(history.first, 1);
    for (let i = 0; i < 10; i++) history.add(plain('x'.repeat(4000)));
    assert.deepEqual([history.first, history.position.seq], [10, 11]);
    const small = new History(EPOCH, { events: 2, bytes: 20_000 });
    for (let i = 0; i < 3; i++) small.add(plain());
    assert.deepEqual([small.first, small.at(1)], [2, undefined]);
  });

  test('puts version, epoch and number before the members of an event', () => {
    const history = new History(EPOCH, LIMITS);
    history.add(plain());
    const json = '{"version":1,"epoch":"0123456789ab","seq":1,"type":"store.degraded","at":1,"why":"x"}';
    assert.equal(history.at(1)?.json.toString(), json);
    assert.equal(history.at(1)?.sse.toString(), `id: 0123456789ab:1\ndata: ${json}\n\n`);
  });
});

describe('filters and places', () => {
  test('a kind that no event has is refused, by name and with those that there are', () => {
    assert.throws(
      () => compileFilter({ kinds: ['rooms.'] }),
      (error) => {
        assert.ok(error instanceof FilterError);
        assert.match(error.message, /"rooms\.".*room\.,/);
        return true;
      },
    );
    assert.throws(() => compileFilter({ kinds: ['room'] }), FilterError);
    for (const type of EVENT_TYPES) compileFilter({ kinds: [type, `${type.split('.', 1)[0]!}.`] });
  });

  test('both nodes of a move are concerned, and those of a changed topology', () => {
    const moved: AnyEvent = { type: 'room.moved', at: 1, room: 'r', from: 'a', to: 'b', why: 'down' };
    assert.deepEqual(subjectsOf(moved), { room: 'r', nodes: ['a', 'b'] });
    const changes = [
      { what: 'added', part: 'node', id: 'c', fields: [] },
      { what: 'changed', part: 'vip', id: 'd', fields: ['addresses'] },
    ] as const;
    const changed: AnyEvent = { type: 'topology.changed', at: 1, from: '0', to: '1', changes, more: 0 };
    assert.deepEqual(subjectsOf(changed), { room: undefined, nodes: ['c'] });
  });

  test('places are read as they are written, and nothing else is', () => {
    fc.assert(
      fc.property(fc.nat(), (seq) => {
        assert.deepEqual(readPosition(formatPosition({ epoch: EPOCH, seq })), { epoch: EPOCH, seq });
      }),
    );
    for (const text of ['', `${EPOCH}:`, `${EPOCH}:01`, `${EPOCH}:-1`, `${EPOCH}:1e3`, 'x:1', `${EPOCH}:1\n`])
      assert.equal(readPosition(text), undefined, text);
  });
});
