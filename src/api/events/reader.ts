/** What the reader of a WebSocket with events says: which events, from where on. */
import { Ajv } from 'ajv';
import type Type from 'typebox';
import { FilterError, type EventFilter } from '../../events/filter.ts';
import { readPlace } from '../../events/stream-messages.ts';
import type { Subscriber } from '../../events/subscriber.ts';
import { Throttle } from '../../nodes/throttle.ts';
import { Subscribe } from '../event-schemas.ts';
import { CLOSE } from './close-codes.ts';
import type { WebSocketSink } from './websocket-sink.ts';

/** Bytes of one message: a full filter, and then some. */
export const MAX_MESSAGE_BYTES = 128 * 1024;
/** Messages a second, and at once. */
const PER_SECOND = 2;
const BURST = 20;

const isSubscribe = new Ajv().compile<Type.Static<typeof Subscribe>>(Subscribe);

/** Takes messages and has the subscriber do what they say; what cannot be honoured ends the connection. */
export class Reader {
  readonly #subscriber: Subscriber;
  readonly #sink: WebSocketSink;
  readonly #throttle: Throttle;
  readonly #now: () => number;

  constructor(subscriber: Subscriber, sink: WebSocketSink, now: () => number) {
    this.#subscriber = subscriber;
    this.#sink = sink;
    this.#now = now;
    this.#throttle = new Throttle(PER_SECOND, BURST, now());
  }

  receive(data: Buffer, binary: boolean): void {
    if (this.#throttle.take(this.#now()) > 0) this.#refuse(CLOSE.tooMany, 'too many messages');
    else if (data.length > MAX_MESSAGE_BYTES) this.#refuse(CLOSE.tooLarge, 'the message is too large');
    else this.#take(binary ? undefined : parsed(data.toString()));
  }

  #take(message: unknown): void {
    if (!isSubscribe(message)) {
      this.#refuse(CLOSE.misunderstood, 'not a subscribe message; see /asyncapi.json');
      return;
    }
    const { after, kinds, rooms, nodes } = message;
    const filter: EventFilter = { kinds, rooms, nodes };
    try {
      this.#subscriber.subscribe(filter, after === undefined ? undefined : readPlace(after));
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      this.#refuse(CLOSE.misunderstood, error.message);
    }
  }

  #refuse(code: number, reason: string): void {
    this.#subscriber.gone();
    this.#sink.close(code, reason);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
