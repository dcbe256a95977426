/** The events of this replica, brought to everybody who has subscribed to them. */
import type { EventBus } from './bus.ts';
import { newHistory, type History, type HistoryLimits } from './history.ts';
import { Listeners } from './listeners.ts';
import type { Position } from './position.ts';
import { Subscriber, type Departure, type Sink } from './subscriber.ts';

export interface EventStreamOptions {
  readonly history?: HistoryLimits;
  /** Milliseconds between two heartbeats of one subscriber. */
  readonly heartbeat?: number;
  /** Most subscribers at once. */
  readonly maxSubscribers?: number;
}

const HEARTBEAT = 15_000;
const MAX_SUBSCRIBERS = 12_000;
/** Subscribers that are brought events in one go, before requests get their turn. */
const AT_ONCE = 250;
/** Heartbeats are spread over so many parts of their interval. */
const SLOTS = 15;

export class EventStream {
  /** What happened so far, for whoever reads it at their own pace. */
  readonly history: History;
  readonly #options: EventStreamOptions;
  readonly #subscribers = new Map<Subscriber, number>();
  readonly #departures = new Listeners<Departure>();
  readonly #ends: readonly (() => void)[];
  #slot = 0;
  #newcomers = 0;
  /** The number up to which subscribers are being brought events; undefined while nobody is. */
  #bringing: number | undefined;

  constructor(bus: EventBus, options: EventStreamOptions = {}) {
    this.#options = options;
    this.history = newHistory(options.history);
    const { heartbeat = HEARTBEAT } = options;
    const beats = setInterval(() => this.#beat(), heartbeat / SLOTS).unref();
    const unlisten = bus.listen((event) => {
      this.history.add(event);
      this.#bring();
    });
    this.#ends = [unlisten, () => clearInterval(beats)];
  }

  /** After the last event. */
  get position(): Position {
    return this.history.position;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  get full(): boolean {
    return this.size >= (this.#options.maxSubscribers ?? MAX_SUBSCRIBERS);
  }

  /** Gets nothing until it says what it wants. */
  join(sink: Sink): Subscriber {
    const subscriber: Subscriber = new Subscriber(this.history, sink, (departure) => {
      this.#subscribers.delete(subscriber);
      this.#departures.tell(departure);
    });
    this.#subscribers.set(subscriber, this.#newcomers++ % SLOTS);
    return subscriber;
  }

  /** Told why subscribers are no longer there, until the returned function is called. */
  onDeparture(listener: (departure: Departure) => void): () => void {
    return this.#departures.add(listener);
  }

  /** Lets everybody go. */
  stop(): void {
    for (const end of this.#ends) end();
    for (const subscriber of this.#subscribers.keys()) subscriber.end('stopping');
  }

  #bring(): void {
    if (this.#bringing !== undefined) return;
    this.#bringing = this.position.seq;
    const everybody = this.#subscribers.keys();
    setImmediate(() => this.#bringTo(everybody));
  }

  /** What happens while events are on their way goes along where it can, and starts another round. */
  #bringTo(rest: Iterator<Subscriber>): void {
    for (let count = 0; count < AT_ONCE; count++) {
      const next = rest.next();
      if (next.done) {
        const behind = this.#bringing !== this.position.seq;
        this.#bringing = undefined;
        if (behind) this.#bring();
        return;
      }
      next.value.pump();
    }
    setImmediate(() => this.#bringTo(rest));
  }

  #beat(): void {
    this.#slot = (this.#slot + 1) % SLOTS;
    for (const [subscriber, slot] of this.#subscribers) if (slot === this.#slot) subscriber.beat();
  }
}
