/** Metrics of the mirror of events. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { MirrorFigures } from './mirror.ts';

const RESULTS = ['confirmed', 'refused', 'dropped'] as const;

export function amqpMetrics(registry: Registry, figures: () => MirrorFigures): void {
  const registers = [registry];
  new Gauge({
    name: 'roomlb_amqp_connected',
    help: '1 while there is a connection to the broker that gets the events.',
    registers,
    collect() {
      this.set(figures().connected ? 1 : 0);
    },
  });
  new Gauge({
    name: 'roomlb_amqp_waiting_events',
    help: 'Events that the broker has yet to confirm.',
    registers,
    collect() {
      this.set(figures().waiting);
    },
  });
  new Counter({
    name: 'roomlb_amqp_events_total',
    help: 'Events for the broker, by what became of them. refused: by the broker; dropped: they waited for it for too long.',
    labelNames: ['result'],
    registers,
    collect() {
      const now = figures();
      this.reset();
      for (const result of RESULTS) this.inc({ result }, now[result]);
    },
  });
  new Counter({
    name: 'roomlb_amqp_outages_total',
    help: 'How often the connection to the broker was lost.',
    registers,
    collect() {
      this.reset();
      this.inc(figures().outages);
    },
  });
}
