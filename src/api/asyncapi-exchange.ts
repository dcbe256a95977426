/**
 * Events at RabbitMQ, in the terms of AsyncAPI 3.0: a channel for each routing key, by the bindings for AMQP 0-9-1,
 * https://github.com/asyncapi/bindings/blob/master/amqp/README.md
 */
import { routingTemplate } from '../amqp/routing-key.ts';
import { EVENT_TYPES, type EventType } from '../events/types.ts';
import { EVENT_SCHEMAS } from './event-schemas.ts';

const BINDING = { bindingVersion: '0.3.0' } as const;

/** Nobody knows here under which names they are asked; that of the broker is not everybody's business. */
export const SERVERS = {
  dispatcher: {
    host: '{dispatcher}',
    protocol: 'ws',
    description: 'A dispatcher; each tells what it does itself. wss where it has a certificate.',
    variables: { dispatcher: { default: '127.0.0.1:8080' } },
  },
  rabbitmq: {
    host: '{broker}',
    pathname: '/{vhost}',
    protocol: 'amqp',
    protocolVersion: '0-9-1',
    description: 'The broker that dispatchers bring their events to. amqps where it has a certificate.',
    variables: { broker: { default: '127.0.0.1:5672' }, vhost: { default: '%2F' } },
  },
};

/** A channel of each type of event, by the name of the type. */
export function exchangeChannels(exchange: string): Readonly<Record<string, unknown>> {
  const binding = {
    is: 'routingKey',
    exchange: { name: exchange, type: 'topic', durable: true, autoDelete: false },
    ...BINDING,
  };
  return Object.fromEntries(
    described().map(({ type, name, members, description }) => [
      type,
      {
        address: routingTemplate(type, members),
        description,
        servers: [{ $ref: '#/servers/rabbitmq' }],
        ...parametersOf(routingTemplate(type, members)),
        messages: { [name]: message(type, name) },
        bindings: { amqp: binding },
      },
    ]),
  );
}

export function exchangeOperations(): Readonly<Record<string, unknown>> {
  const binding = { deliveryMode: 1, mandatory: false, timestamp: true, ...BINDING };
  return Object.fromEntries(
    EVENT_TYPES.map((type) => [
      `publish ${type}`,
      { action: 'send', channel: { $ref: `#/channels/${type}` }, bindings: { amqp: binding } },
    ]),
  );
}

interface DescribedType {
  readonly type: EventType;
  /** Of the schema, of which several types may be. */
  readonly name: string;
  readonly members: object;
  readonly description: string | undefined;
}

function described(): readonly DescribedType[] {
  return Object.entries(EVENT_SCHEMAS).flatMap(([name, schema]) => {
    const { description } = schema as { readonly description?: string };
    const { enum: types } = schema.properties.type as unknown as { readonly enum: readonly EventType[] };
    return types.map((type) => ({ type, name, members: schema.properties, description }));
  });
}

/** As src/amqp/message.ts sends it. */
function message(type: EventType, name: string): object {
  return {
    name: type,
    title: name,
    contentType: 'application/json',
    headers: {
      type: 'object',
      properties: { cluster: { type: 'string', description: 'Of the topology.' } },
      required: ['cluster'],
    },
    payload: { $ref: `#/components/messages/${name}/payload` },
    bindings: { amqp: { messageType: type, ...BINDING } },
  };
}

function parametersOf(address: string): { readonly parameters?: object } {
  const members = [...address.matchAll(/\{(\w+)\}/g)].map(([, member = '']) => member);
  if (members.length === 0) return {};
  const description = 'Id of a node; all but letters, digits, _ and - is _ in it.';
  const parameters = members.map((member) => [
    member,
    { description, location: `$message.payload#/${member}` },
  ]);
  return { parameters: Object.fromEntries(parameters) as object };
}
