/** Metrics of the stream of events and of those who read it. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventBus } from './bus.ts';
import { isHeard } from './heard.ts';
import type { EventStream } from './stream.ts';

export function eventMetrics(registry: Registry, bus: EventBus, stream: EventStream): void {
  const registers = [registry];
  new Gauge({
    name: 'roomlb_event_subscribers',
    help: 'Open streams of events, by WebSocket and server-sent events.',
    registers,
    collect() {
      this.set(stream.size);
    },
  });
  const events = new Counter({
    name: 'roomlb_events_total',
    help: 'Events, by type; those of other replicas left out.',
    labelNames: ['type'],
    registers,
  });
  bus.listen((event) => {
    if (!isHeard(event)) events.inc({ type: event.type });
  });
  const ended = new Counter({
    name: 'roomlb_event_subscribers_ended_total',
    help: 'Streams of events that ended, by reason. slow: their readers did not keep up.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of ['slow', 'stopping', 'gone'] as const) ended.inc({ reason }, 0);
  stream.onDeparture((reason) => ended.inc({ reason }));
}
