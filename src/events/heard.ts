import type { AnyEvent } from './events.ts';

/** Whether another replica did it, which tells of it as well: what counts or collects of all replicas leaves it out. */
export function isHeard(event: AnyEvent): boolean {
  return 'by' in event && event.by === 'replica';
}
