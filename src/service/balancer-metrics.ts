/** Prometheus metrics of live balancers. Label values come from fixed lists or from the topology: bounded. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventBus } from '../events/bus.ts';
import { isDone } from '../reconcile/events.ts';
import type { BalancerStatus } from './balancer-board.ts';

export interface BalancerMetricsSources {
  readonly events: EventBus;
  /** Of the balancers that the topology declares. */
  readonly statuses: () => readonly BalancerStatus[];
}

/** Undefined: there is no figure for it. */
const FIGURES: readonly [
  name: string,
  help: string,
  value: (status: BalancerStatus) => number | undefined,
][] = [
  ['in_sync', '1 while the balancer is as wanted.', ({ standing }) => Number(standing === 'in-sync')],
  [
    'drift',
    '1 while somebody else has changed it, and it is not repaired.',
    ({ standing, plan }) => Number(standing === 'drift' || (!isDone(standing) && plan?.drift === true)),
  ],
  ['pending_changes', 'What differs from what is wanted, as far as was seen.', pendingChanges],
  ['report_age_seconds', 'Time since somebody looked at it.', ({ age }) => age ?? undefined],
  [
    'last_apply_timestamp_seconds',
    'When it was last changed with success.',
    ({ history }) => {
      const applied = history.find(({ result }) => result === 'applied');
      return applied && Date.parse(applied.at) / 1000;
    },
  ],
];

/** Registers them, and counts until the returned function is called. */
export function balancerMetrics(prometheus: Registry, sources: BalancerMetricsSources): () => void {
  const { events, statuses } = sources;
  const registers = [prometheus];
  for (const [name, help, value] of FIGURES) {
    new Gauge({
      name: `roomlb_balancer_${name}`,
      help,
      labelNames: ['balancer'],
      registers,
      collect() {
        this.reset();
        for (const status of statuses()) {
          const figure = value(status);
          if (figure !== undefined) this.set({ balancer: status.balancer }, figure);
        }
      },
    });
  }
  new Gauge({
    name: 'roomlb_balancer_info',
    help: 'Always 1; the labels tell how it stands, who says so, and the revisions that it has and shall have.',
    labelNames: ['balancer', 'target', 'standing', 'source', 'applied', 'wanted'],
    registers,
    collect() {
      this.reset();
      for (const { balancer, target, standing, source, applied, wanted } of statuses())
        this.set({ balancer, target, standing, source, applied: applied ?? '', wanted: wanted ?? '' }, 1);
    },
  });
  const changes = new Counter({
    name: 'roomlb_balancer_changes_total',
    help: 'Changes that were made or tried (apply, repair, rollback), by their result.',
    labelNames: ['balancer', 'what', 'result'],
    registers,
  });
  return events.listen((event) => {
    if (!event.type.startsWith('balancer.') || !('what' in event)) return;
    const { balancer, what, type } = event;
    changes.inc({ balancer, what, result: type.slice('balancer.'.length) });
  });
}

function pendingChanges({ standing, plan }: BalancerStatus): number {
  if (isDone(standing) || !plan) return 0;
  const { added, changed, removed } = plan.counts;
  return added + changed + removed;
}
