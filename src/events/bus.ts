import type { AnyEvent } from './events.ts';
import { Listeners } from './listeners.ts';

/** Where events go. */
export interface EventSink {
  emit(event: AnyEvent): void;
}

/** Tells nobody. */
export const NO_EVENTS: EventSink = { emit: () => undefined };

/**
 * Brings events to whoever listens in this process, at once and in order. A listener that throws is none of the
 * business of who tells, nor of the other listeners.
 */
export class EventBus implements EventSink {
  readonly #listeners = new Listeners<AnyEvent>();
  readonly #onError: (error: unknown) => void;

  /** @param onError told what listeners throw */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  emit(event: AnyEvent): void {
    this.#listeners.tell(event);
  }

  /** Told until the returned function is called. */
  listen(listener: (event: AnyEvent) => void): () => void {
    return this.#listeners.add((event) => {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error);
      }
    });
  }
}
