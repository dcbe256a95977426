/** Which events of a history somebody who confirms each of them has yet to get. No I/O. */
import type { History, NumberedEvent } from '../events/history.ts';

/** Most that may be handed out and not be confirmed. */
export interface Window {
  readonly events: number;
  readonly bytes: number;
}

/**
 * Keeps numbers only: the events wait in the history, once for all who read it, and within its limits. What the history
 * forgets before it was handed out is lost, and counted.
 */
export class Outbox {
  readonly #history: History;
  readonly #window: Window;
  readonly #onLost: (count: number) => void;
  /** Never handed out: this number, and those behind it. */
  #next = 1;
  /** Handed out in vain, by number; before all others. */
  #again: number[] = [];
  /** Handed out and not confirmed yet: bytes by number, in the order in which they went out. */
  readonly #flying = new Map<number, number>();
  #bytes = 0;

  /** @param onLost told of events that the history forgot */
  constructor(history: History, window: Window, onLost: (count: number) => void) {
    this.#history = history;
    this.#window = window;
    this.#onLost = onLost;
  }

  /** Events that have yet to be confirmed. */
  get waiting(): number {
    return this.#history.position.seq - this.#next + 1 + this.#again.length + this.#flying.size;
  }

  /** The next event to go out; undefined where there is none, or too many are on their way. */
  take(): NumberedEvent | undefined {
    this.forget();
    const { events, bytes } = this.#window;
    if (this.#flying.size >= events || this.#bytes >= bytes) return undefined;
    const event = this.#history.at(this.#again[0] ?? this.#next);
    if (!event) return undefined;
    if (this.#again.length > 0) this.#again.shift();
    else this.#next++;
    this.#flying.set(event.seq, event.json.length);
    this.#bytes += event.json.length;
    return event;
  }

  /** It has arrived, or will never: it does not go out again. */
  settle(seq: number): void {
    this.#bytes -= this.#flying.get(seq) ?? 0;
    this.#flying.delete(seq);
  }

  /** Nobody will confirm what is on its way: it goes out again, in its order, before what is new. */
  rewind(): void {
    this.#again = [...this.#flying.keys(), ...this.#again];
    this.#flying.clear();
    this.#bytes = 0;
  }

  /** Gives up what the history does not have any more. */
  forget(): void {
    const { first } = this.#history;
    const kept = this.#again.filter((seq) => seq >= first);
    const lost = this.#again.length - kept.length + Math.max(0, first - this.#next);
    if (lost === 0) return;
    this.#again = kept;
    this.#next = Math.max(this.#next, first);
    this.#onLost(lost);
  }
}
