import type { Options } from 'amqplib';
import type { NumberedEvent } from '../events/history.ts';
import { routingKey } from './routing-key.ts';

export interface AmqpMessage {
  readonly key: string;
  readonly content: Buffer;
  readonly properties: Options.Publish;
}

/** An event as a message: its envelope as it is, and properties by which a consumer sorts without reading it. Pure. */
export function messageOf(event: NumberedEvent, cluster: string): AmqpMessage {
  return {
    key: routingKey(event),
    content: event.json,
    properties: {
      contentType: 'application/json',
      type: event.type,
      messageId: event.id,
      // Seconds, as AMQP has them; the envelope has the milliseconds.
      timestamp: Math.floor(event.at / 1000),
      appId: 'roomlb',
      headers: { cluster },
      persistent: false,
    },
  };
}
