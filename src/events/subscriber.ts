import { compileFilter, type EventFilter, type Passes } from './filter.ts';
import { EVENTS_VERSION, type History, type NumberedEvent } from './history.ts';
import type { Position } from './position.ts';
import { opening, type START, type StreamHeartbeat, type StreamMessage } from './stream-messages.ts';

/** `slow`: it does not read what it is sent. `stopping`: the dispatcher stops. */
export type EndReason = 'slow' | 'stopping';

/** `gone`: it left by itself, or nobody answers there any more. */
export type Departure = EndReason | 'gone';

/** The way to one subscriber. */
export interface Sink {
  /** Bytes that wait to leave this process. */
  readonly buffered: number;
  /** @param written called once it has left */
  send(event: NumberedEvent, written?: () => void): void;
  say(message: StreamMessage): void;
  /** Tells where it is, and makes sure that somebody is still there. */
  beat(message: StreamHeartbeat): void;
  end(reason: EndReason): void;
}

/** Bytes that may wait for one subscriber; what is beyond them waits in the history, once for all. */
const MAX_BUFFERED = 64 * 1024;

/**
 * Somebody who listens, and how far they are in the history. What they have not read yet stays there: a slow one
 * costs no memory of its own beyond the limit, and is let go when the history forgets what it has yet to get, or when
 * nothing left for the time between two heartbeats.
 */
export class Subscriber {
  readonly #history: History;
  readonly #sink: Sink;
  readonly #onEnd: (departure: Departure) => void;
  #passes: Passes = () => false;
  #seen = 0;
  /** For the sink to have sent. */
  #waiting = false;
  /** How far it was when it waited at the last heartbeat. */
  #stuckAt: number | undefined;
  #ended = false;

  constructor(history: History, sink: Sink, onEnd: (departure: Departure) => void) {
    this.#history = history;
    this.#sink = sink;
    this.#onEnd = onEnd;
  }

  /**
   * From now on these events, after that place; only new ones where it is left out.
   *
   * @throws FilterError
   */
  subscribe(filter: EventFilter, after?: Position | typeof START): void {
    this.#passes = compileFilter(filter);
    const first = opening(this.#history, filter, after);
    this.#seen = first.seq;
    this.#sink.say(first);
    this.pump();
    // Whoever wants what was before learns when it is over, whatever the filter holds back.
    if (after !== undefined && !this.#ended) this.#sink.say(this.#heartbeat());
  }

  /** Sends what there is and what fits. */
  pump(): void {
    const { seq: last } = this.#history.position;
    while (this.#seen < last && !this.#waiting && !this.#ended) {
      const event = this.#history.at(this.#seen + 1);
      if (!event) {
        this.end('slow');
        return;
      }
      this.#seen = event.seq;
      if (this.#passes(event.type, event.subjects)) this.#send(event);
    }
  }

  beat(): void {
    if (this.#ended) return;
    if (this.#waiting && this.#stuckAt === this.#seen) {
      this.end('slow');
      return;
    }
    this.#stuckAt = this.#waiting ? this.#seen : undefined;
    this.#sink.beat(this.#heartbeat());
  }

  #heartbeat(): StreamHeartbeat {
    const { epoch } = this.#history;
    return { version: EVENTS_VERSION, type: 'stream.heartbeat', epoch, seq: this.#seen };
  }

  end(reason: EndReason): void {
    if (this.#ended) return;
    this.#depart(reason);
    this.#sink.end(reason);
  }

  /** The sink says that nobody is there any more. */
  gone(): void {
    if (!this.#ended) this.#depart('gone');
  }

  #depart(departure: Departure): void {
    this.#ended = true;
    this.#onEnd(departure);
  }

  #send(event: NumberedEvent): void {
    this.#waiting = this.#sink.buffered + event.json.length > MAX_BUFFERED;
    this.#sink.send(event, this.#waiting ? this.#written : undefined);
  }

  readonly #written = (): void => {
    this.#waiting = false;
    this.pump();
  };
}
