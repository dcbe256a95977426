/** Events with their numbers, each made into text once, and the latest of them kept for whoever comes again. */
import { randomBytes } from 'node:crypto';
import type { AnyEvent } from './events.ts';
import { formatPosition, type Position } from './position.ts';
import { subjectsOf, type Subjects } from './subjects.ts';
import type { EventType } from './types.ts';

/** The version of events' members; it changes when one is taken away or gets another meaning, not when one is added. */
export const EVENTS_VERSION = 1;

/** What goes out: the event's own members behind its number. */
export type Envelope<E extends AnyEvent = AnyEvent> = E &
  Position & { readonly version: typeof EVENTS_VERSION };

/** An event as it goes out, shared by all who get it. */
export class NumberedEvent {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly type: EventType;
  readonly subjects: Subjects;
  /** The envelope as JSON. */
  readonly json: Buffer;
  readonly #position: Position;
  #sse: Buffer | undefined;

  constructor(event: AnyEvent, position: Position) {
    this.seq = position.seq;
    this.at = event.at;
    this.type = event.type;
    this.subjects = subjectsOf(event);
    this.#position = position;
    const envelope: Envelope = { version: EVENTS_VERSION, ...position, ...event };
    this.json = Buffer.from(JSON.stringify(envelope));
  }

  /** `EPOCH:NUMBER` */
  get id(): string {
    return formatPosition(this.#position);
  }

  /** As a server-sent event (HTML, section 9.2). JSON has no line ends. */
  get sse(): Buffer {
    this.#sse ??= Buffer.from(`id: ${this.id}\ndata: ${this.json.toString()}\n\n`);
    return this.#sse;
  }

  /** Bytes of both forms, roughly. */
  get bytes(): number {
    return 2 * this.json.length;
  }
}

export interface HistoryLimits {
  readonly events: number;
  readonly bytes: number;
}

const LIMITS: HistoryLimits = { events: 10_000, bytes: 16 * 1024 * 1024 };

/** Of a new epoch. */
export function newHistory(limits = LIMITS): History {
  return new History(randomBytes(6).toString('hex'), limits);
}

/** Numbers events from 1 on without a gap, and keeps the latest within limits. */
export class History {
  readonly epoch: string;
  readonly #limits: HistoryLimits;
  /** The event of number n at n modulo the most there may be: a room is claimed no slower for what is kept. */
  readonly #ring: (NumberedEvent | undefined)[];
  #first = 1;
  #last = 0;
  #bytes = 0;

  constructor(epoch: string, limits: HistoryLimits) {
    this.epoch = epoch;
    this.#limits = limits;
    this.#ring = new Array<NumberedEvent | undefined>(limits.events);
  }

  /** Where it is now: after the last event. */
  get position(): Position {
    return { epoch: this.epoch, seq: this.#last };
  }

  /** The number of the oldest event that is kept; where none is, of the next to come. */
  get first(): number {
    return this.#first;
  }

  /** Undefined for what is not kept any more, or not there yet. */
  at(seq: number): NumberedEvent | undefined {
    return seq >= this.#first && seq <= this.#last ? this.#ring[seq % this.#limits.events] : undefined;
  }

  add(event: AnyEvent): void {
    this.#last++;
    const numbered = new NumberedEvent(event, this.position);
    this.#bytes += numbered.bytes;
    const { events, bytes } = this.#limits;
    // The newest stays, however large: those who listen now have yet to get it.
    while (this.#first < this.#last && (this.#last - this.#first >= events || this.#bytes > bytes))
      this.#forget();
    this.#ring[this.#last % events] = numbered;
  }

  #forget(): void {
    const place = this.#first % this.#limits.events;
    this.#bytes -= this.#ring[place]?.bytes ?? 0;
    this.#ring[place] = undefined;
    this.#first++;
  }
}
