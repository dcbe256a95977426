/** What other replicas did: told by each, counted and collected once. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Registry } from 'prom-client';
import { EventBus } from '../../src/events/bus.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import { eventMetrics } from '../../src/events/metrics.ts';
import { ownHistory } from '../../src/events/own-history.ts';
import { EventStream } from '../../src/events/stream.ts';

const claimed = (by: 'request' | 'report' | 'replica'): AnyEvent => ({
  ...{ type: 'room.claimed', at: 1, room: by, node: 'sfu-1' },
  by,
});
const released: AnyEvent = { type: 'room.released', at: 2, room: 'r', node: 'sfu-1' };
const EVENTS: readonly AnyEvent[] = [
  claimed('request'),
  claimed('replica'),
  { ...released, by: 'replica' },
  released,
  claimed('report'),
];

describe('events of other replicas', () => {
  test('are on the stream, and not in the history of what happened here, whose numbers have no gap', () => {
    const bus = new EventBus(() => undefined);
    const [stream, history] = [new EventStream(bus), ownHistory(bus)];
    for (const event of EVENTS) bus.emit(event);
    stream.stop();
    assert.equal(stream.position.seq, EVENTS.length);
    const kept = [1, 2, 3].map((seq) => JSON.parse(history.at(seq)!.json.toString()) as { epoch: string });
    assert.deepEqual(
      kept,
      [0, 3, 4].map((i, at) => ({ version: 1, epoch: history.epoch, seq: at + 1, ...EVENTS[i] })),
    );
    assert.equal(history.position.seq, 3);
    assert.notEqual(history.epoch, stream.history.epoch);
  });

  test('are counted by the replica that did it alone', async () => {
    const [bus, registry] = [new EventBus(() => undefined), new Registry()];
    const stream = new EventStream(bus);
    eventMetrics(registry, bus, stream);
    for (const event of EVENTS) bus.emit(event);
    stream.stop();
    const text = await registry.metrics();
    assert.match(text, /^roomlb_events_total\{type="room.claimed"\} 2$/m);
    assert.match(text, /^roomlb_events_total\{type="room.released"\} 1$/m);
  });
});
