/** Prometheus metrics of what media nodes report. Label values come from the topology: bounded. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventBus } from '../events/bus.ts';
import { isHeard } from '../events/heard.ts';
import type { LiveReport } from './live-report.ts';
import type { NodeRegistry } from './registry.ts';

export interface NodeMetricsSources {
  readonly registry: NodeRegistry;
  readonly events: EventBus;
  /** Ids of the nodes of the topology. */
  readonly nodes: () => Iterable<string>;
  /** Rooms that live elsewhere than they are claimed. */
  readonly split: () => number;
}

const FIGURES: readonly [name: string, help: string, value: (report: LiveReport) => number][] = [
  [
    'connected',
    '1 while the media node is connected to this dispatcher.',
    ({ connected }) => Number(connected),
  ],
  ['rooms', 'Live rooms, as the media node reports.', ({ rooms }) => rooms],
  ['participants', 'Participants, as the media node reports.', ({ participants }) => participants],
  ['consumers', 'Consumers, as the media node reports.', ({ consumers }) => consumers],
];

/** Registers them, and counts until the returned function is called. */
export function nodeReportMetrics(prometheus: Registry, sources: NodeMetricsSources): () => void {
  const { registry, events, nodes, split } = sources;
  const registers = [prometheus];
  for (const [name, help, value] of FIGURES) {
    new Gauge({
      name: `roomlb_node_${name}`,
      help,
      labelNames: ['node'],
      registers,
      collect() {
        this.reset();
        for (const node of nodes()) {
          const report = registry.report(node);
          if (report) this.set({ node }, value(report));
        }
      },
    });
  }
  new Gauge({
    name: 'roomlb_rooms_split',
    help: 'Rooms that live on one node while they are claimed on another.',
    registers,
    collect() {
      this.set(split());
    },
  });
  const moved = new Counter({
    name: 'roomlb_rooms_moved_total',
    help: 'Rooms placed anew, by the node that lost them.',
    labelNames: ['node'],
    registers,
  });
  const deaths = new Counter({
    name: 'roomlb_node_worker_deaths_total',
    help: 'Media workers that died, by node.',
    labelNames: ['node'],
    registers,
  });
  return events.listen((event) => {
    if (event.type === 'room.moved' && !isHeard(event)) moved.inc({ node: event.from });
    if (event.type === 'node.worker-died') deaths.inc({ node: event.node });
  });
}
