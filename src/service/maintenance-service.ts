import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { EventSink } from '../events/bus.ts';
import { Maintenance } from '../schedule/maintenance.ts';
import type { MinuteTrigger } from '../schedule/trigger.ts';

export interface MaintenanceServiceOptions {
  readonly dispatcher: Dispatcher;
  readonly events: EventSink;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** node-cron's minutes where left out. */
  readonly trigger?: MinuteTrigger;
}

/**
 * Opens and closes the maintenance windows of the declared topology, also those that REST adds later: tells the
 * dispatcher which are open, and everybody else what changed.
 *
 * @returns ends it; windows that are open then stay so in the dispatcher
 */
export function startMaintenance(options: MaintenanceServiceOptions): () => void {
  const { dispatcher, events, now = Date.now, trigger } = options;
  let windows = dispatcher.declared.maintenance;
  const maintenance = new Maintenance({
    windows,
    now,
    ...(trigger && { trigger }),
    onChange: (open, changes) => {
      dispatcher.setMaintenance(open);
      for (const event of changes) events.emit(event);
    },
  });
  const forget = dispatcher.onChange(() => {
    // Opening a window changes the view as well, but not what is declared.
    if (dispatcher.declared.maintenance === windows) return;
    windows = dispatcher.declared.maintenance;
    maintenance.update(windows);
  });
  maintenance.start();
  return () => {
    forget();
    maintenance.stop();
  };
}
