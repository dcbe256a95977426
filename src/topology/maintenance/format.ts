import { formatMs } from '../read-milliseconds.ts';
import type { WindowDocument } from './schema.ts';
import type { MaintenanceWindow } from './window.ts';

/** Reading what is written here gives an equal window. */
export function toWindowDocument(window: MaintenanceWindow): WindowDocument {
  const { id, cron, duration, timeZone, scope } = window;
  const named = 'zone' in scope ? { zone: scope.zone } : { nodes: [...scope.nodes] };
  return { id, cron, duration: formatMs(duration), timeZone, ...named };
}
