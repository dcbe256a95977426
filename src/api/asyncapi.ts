import type { FastifyInstance } from 'fastify';
import type Type from 'typebox';
import { VERSION } from '../version.ts';
import { exchangeChannels, exchangeOperations, SERVERS } from './asyncapi-exchange.ts';
import { ENVELOPE, EVENT_SCHEMAS, EventsQuery, STREAM_SCHEMAS, Subscribe } from './event-schemas.ts';
import { AnyObject } from './schemas.ts';
import { readyMade } from './responses.ts';

/** Where the stream is, in the terms of AsyncAPI. */
const CHANNEL = '#/channels/events';

/**
 * AsyncAPI 3.0 of the stream of events, at /asyncapi.json: made from the schemas that events are held to.
 *
 * @param exchange that events go to as well; left out: none
 */
export function installAsyncApi(app: FastifyInstance, exchange?: string): void {
  const document = JSON.stringify(asyncApi(exchange));
  app.get(
    '/asyncapi.json',
    {
      config: { scope: 'docs' },
      schema: {
        tags: ['events'],
        summary: 'AsyncAPI document of the events',
        response: { 200: readyMade('application/json', 'AsyncAPI 3.0.', AnyObject) },
      },
    },
    (_, reply) => reply.type('application/json').send(document),
  );
}

/** @param exchange as for `installAsyncApi` */
export function asyncApi(exchange?: string): Readonly<Record<string, unknown>> {
  const sent = { ...mapValues(EVENT_SCHEMAS, enveloped), ...STREAM_SCHEMAS };
  const messages = mapValues({ ...sent, Subscribe }, message);
  const refs = (names: readonly string[]) => names.map((name) => ({ $ref: `${CHANNEL}/messages/${name}` }));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'RoomLB events',
      version: VERSION,
      description:
        'What happens in one dispatcher, as it happens. The same comes as server-sent events, each with EPOCH:SEQ as its id.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    ...(exchange !== undefined && { servers: SERVERS }),
    channels: {
      events: {
        address: '/v1/events',
        ...(exchange !== undefined && { servers: [{ $ref: '#/servers/dispatcher' }] }),
        description:
          'A WebSocket. Closed with 1013 where its reader is too slow, 4400 for what is no subscribe message, 4401 once the credential has ended, 4429 for too many.',
        messages: mapValues(messages, (_, name) => ({ $ref: `#/components/messages/${name}` })),
        bindings: { ws: { method: 'GET', query: EventsQuery, bindingVersion: '0.1.0' } },
      },
      ...(exchange !== undefined && exchangeChannels(exchange)),
    },
    operations: {
      tell: {
        action: 'send',
        summary: 'What happens, and where the stream is.',
        channel: { $ref: CHANNEL },
        messages: refs(Object.keys(sent)),
      },
      subscribe: {
        action: 'receive',
        summary: 'Which events are wanted, and from where on.',
        channel: { $ref: CHANNEL },
        messages: refs(['Subscribe']),
      },
      ...(exchange !== undefined && exchangeOperations()),
    },
    components: { messages },
  };
}

/** The schema of an event as it goes out. */
function enveloped(schema: Type.TObject): object {
  return {
    ...schema,
    properties: { ...ENVELOPE, ...schema.properties },
    required: [...Object.keys(ENVELOPE), ...schema.required],
  };
}

function message(payload: object, name: string): object {
  const { description } = payload as { readonly description?: string };
  return { name, title: name, summary: description, payload };
}

function mapValues<T, R>(
  record: Readonly<Record<string, T>>,
  change: (value: T, name: string) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
