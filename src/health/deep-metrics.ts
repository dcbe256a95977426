/** Prometheus metrics of deep checks. Label values come from fixed lists or from the topology: bounded. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventBus } from '../events/bus.ts';

/** Registers them, and counts until the returned function is called. */
export function deepCheckMetrics(registry: Registry, events: EventBus): () => void {
  const registers = [registry];
  const contradictions = new Counter({
    name: 'roomlb_deep_check_contradictions_total',
    help: 'Answers that a deep check got, twice, and that contradict what is believed of the node.',
    labelNames: ['node', 'check'],
    registers,
  });
  const done = new Gauge({
    name: 'roomlb_deep_check_last_timestamp_seconds',
    help: 'When the last deep check ended; 0: none has yet.',
    registers,
  });
  return events.listen((event) => {
    if (event.type === 'deep-check.contradiction')
      contradictions.inc({ node: event.node, check: event.check });
    if (event.type === 'deep-check.done') done.set(event.at / 1000);
  });
}
