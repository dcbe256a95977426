/** Metrics of tracing, where it is on. */
import { Counter, type Registry } from 'prom-client';
import type { TracingFigures } from './tracer.ts';

export function tracingMetrics(registry: Registry, figures: TracingFigures): void {
  new Counter({
    name: 'roomlb_trace_spans_total',
    help: 'Spans that the collector of traces took (delivered), or did not get in the end (lost).',
    labelNames: ['result'],
    registers: [registry],
    collect() {
      this.reset();
      this.inc({ result: 'delivered' }, figures.delivered);
      this.inc({ result: 'lost' }, figures.lost);
    },
  });
}
