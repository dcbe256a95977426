/** Metrics of the store of claims. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventBus } from '../events/bus.ts';
import type { ClaimStore } from '../store/store.ts';

export interface StoreMetricsOptions {
  readonly claims: ClaimStore;
  readonly events: EventBus;
  /** Dispatchers that share the store, as far as this one knows. */
  readonly replicas: () => number;
}

export function storeMetrics(registry: Registry, { claims, events, replicas }: StoreMetricsOptions): void {
  const registers = [registry];
  new Gauge({
    name: 'roomlb_store_degraded',
    help: '1 while the store does not answer and rooms are handed out by what was known last.',
    registers,
    collect() {
      this.set(claims.degraded ? 1 : 0);
    },
  });
  new Gauge({
    name: 'roomlb_replicas',
    help: 'Dispatchers that share the store and are alive, as far as this one knows; itself among them.',
    registers,
    collect() {
      this.set(replicas());
    },
  });
  const outages = new Counter({
    name: 'roomlb_store_outages_total',
    help: 'How often the store stopped answering.',
    registers,
  });
  const brought = new Counter({
    name: 'roomlb_store_brought_total',
    help: 'Changes that were made while the store did not answer and brought to it later.',
    registers,
  });
  const conflicts = new Counter({
    name: 'roomlb_store_conflicts_total',
    help: 'Rooms that were handed out on another node than by another replica while the store did not answer.',
    registers,
  });
  const expired = new Counter({
    name: 'roomlb_store_expired_total',
    help: 'Claims that this replica dropped since nobody had needed them for long.',
    registers,
  });
  events.listen((event) => {
    if (event.type === 'store.degraded') outages.inc();
    else if (event.type === 'store.recovered') brought.inc(event.brought);
    else if (event.type === 'room.conflict') conflicts.inc();
    else if (event.type === 'room.expired') expired.inc();
  });
}
