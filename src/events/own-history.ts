import type { EventBus } from './bus.ts';
import { isHeard } from './heard.ts';
import { newHistory, type History } from './history.ts';

/**
 * Keeps the events that happen here, with numbers of their own: whoever collects those of all replicas gets each once,
 * and sees by a gap that some are missing.
 */
export function ownHistory(bus: EventBus): History {
  const history = newHistory();
  bus.listen((event) => {
    if (!isHeard(event)) history.add(event);
  });
  return history;
}
