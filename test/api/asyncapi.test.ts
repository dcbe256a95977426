/** The AsyncAPI document: valid by the official schema, and true of every event. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { Ajv, type AnySchemaObject } from 'ajv';
import { asyncApi } from '../../src/api/asyncapi.ts';
import { routingKey } from '../../src/amqp/routing-key.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import { subjectsOf } from '../../src/events/subjects.ts';
import { EVENT_TYPES, type EventType } from '../../src/events/types.ts';
import { serverWith } from '../fixtures/cluster.ts';

/** The official schema brings draft 7 of JSON Schema along. */
const OPTIONS = { strict: false, validateFormats: false, validateSchema: false, meta: false } as const;

interface Document {
  readonly components: {
    readonly messages: Record<
      string,
      { payload: { properties: { type: { enum?: string[]; const?: string } } } }
    >;
  };
}

interface Payload {
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Channels {
  readonly channels: Record<
    string,
    {
      readonly address: string;
      readonly servers: readonly unknown[];
      readonly parameters?: Record<string, { readonly location: string }>;
      readonly messages: Record<string, { readonly payload: { readonly $ref: string } }>;
      readonly bindings: { readonly amqp: { readonly exchange: { readonly name: string } } };
    }
  >;
  readonly operations: Record<string, { readonly action: string }>;
}

function resolved(document: object, pointer: string): unknown {
  return pointer
    .split('/')
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document);
}

/** An event of the type, each member of which tells its own name. */
function sampleOf(type: EventType, members: readonly string[]): AnyEvent {
  const values = members.map((member) => [member, `n-${member}`]);
  return { ...Object.fromEntries(values), type, changes: [] };
}

describe('/asyncapi.json', () => {
  test('is valid AsyncAPI 3.0, with RabbitMQ and without, and each reference leads somewhere', async () => {
    const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json') as AnySchemaObject;
    const validate = new Ajv(OPTIONS).compile(schema);
    for (const exchange of [undefined, 'roomlb.events']) {
      const { app } = await serverWith({ exchange });
      const document = (await app.inject('/asyncapi.json')).json();
      assert.ok(validate(document), JSON.stringify(validate.errors?.slice(0, 5), null, 2));
      for (const [, pointer = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g))
        assert.ok(resolved(document, pointer), pointer);
      assert.equal('rabbitmq' in (document.servers ?? {}), exchange !== undefined);
    }
  });

  test('has a channel for each routing key of the exchange, with its nodes, as messages have them', () => {
    const { channels, operations } = asyncApi('events.of.rooms') as unknown as Channels;
    const { events, ...ofExchange } = channels;
    assert.deepEqual(events?.servers, [{ $ref: '#/servers/dispatcher' }]);
    assert.deepEqual(Object.keys(ofExchange).toSorted(), EVENT_TYPES);
    // As README.md tells them.
    const told = {
      'node.state': 'node.state.{node}',
      'room.claimed': 'room.claimed.{node}',
      'room.moved': 'room.moved.{from}.{to}',
      'room.split': 'room.split.{live}.{claimed}',
      'room.conflict': 'room.conflict.{claimed}.{other}',
      'topology.changed': 'topology.changed',
      'store.degraded': 'store.degraded',
    };
    for (const [type, address] of Object.entries(told)) assert.equal(ofExchange[type]?.address, address);
    for (const type of EVENT_TYPES) {
      const channel = ofExchange[type]!;
      const [message] = Object.values(channel.messages);
      const payload = resolved(asyncApi('events.of.rooms'), message!.payload.$ref.slice(2)) as Payload;
      const event = sampleOf(type, Object.keys(payload.properties));
      const key = routingKey({ type, subjects: subjectsOf(event) });
      assert.equal(channel.address.replace(/\{(\w+)\}/g, 'n-$1'), key);
      for (const [member, { location }] of Object.entries(channel.parameters ?? {})) {
        assert.equal(location, `$message.payload#/${member}`);
        assert.ok(member in payload.properties, `${type} ${member}`);
      }
      assert.equal(channel.bindings.amqp.exchange.name, 'events.of.rooms');
      assert.equal(operations[`publish ${type}`]?.action, 'send');
    }
  });

  test('describes every type of event once, and what the stream says of itself', () => {
    const { messages } = (asyncApi() as unknown as Document).components;
    const types = Object.values(messages).flatMap(({ payload }) => {
      const { enum: several = [], const: one } = payload.properties.type;
      return one === undefined ? several : [one];
    });
    const own = ['stream.gap', 'stream.heartbeat', 'stream.open', 'subscribe'];
    assert.deepEqual(types.sort(), [...EVENT_TYPES, ...own].sort());
  });
});
