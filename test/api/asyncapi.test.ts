/** The AsyncAPI document: valid by the official schema, and true of every event. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { Ajv, type AnySchemaObject } from 'ajv';
import { asyncApi } from '../../src/api/asyncapi.ts';
import { EVENT_TYPES } from '../../src/events/types.ts';
import { smallServer } from '../fixtures/cluster.ts';

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

describe('/asyncapi.json', () => {
  test('is valid AsyncAPI 3.0', async () => {
    const { app } = await smallServer();
    const document = (await app.inject('/asyncapi.json')).json();
    const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json') as AnySchemaObject;
    const validate = new Ajv(OPTIONS).compile(schema);
    assert.ok(validate(document), JSON.stringify(validate.errors?.slice(0, 5), null, 2));
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
