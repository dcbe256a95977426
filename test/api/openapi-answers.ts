/** Holds answers to the server's own OpenAPI document. */
import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';

export interface Media {
  readonly schema: object;
}
export interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Record<string, Media> };
  readonly responses: Record<
    string,
    { readonly content?: Record<string, Media>; readonly headers?: Record<string, object> }
  >;
}
export type Paths = Record<string, Record<string, Operation>>;

const ajv = new Ajv2020({ strict: false, validateFormats: false });

export async function openapi(
  app: FastifyInstance,
): Promise<Record<string, unknown> & { readonly paths: Paths }> {
  return (await app.inject('/openapi.json')).json();
}

/** Fails where the document does not declare such an answer. */
export function assertDeclared(
  { responses }: Operation,
  { statusCode, headers, body, json }: LightMyRequestResponse,
): void {
  const declared = responses[statusCode] ?? responses.default!;
  for (const name of Object.keys(declared.headers ?? {})) {
    assert.match(String(headers[name.toLowerCase()]), /^"[0-9a-f]{16}"$/, name);
  }
  if (!declared.content) {
    assert.equal(body, '');
    return;
  }
  const type = String(headers['content-type']).split(';', 1)[0]!;
  const media = declared.content[type];
  assert.ok(media, `${type} is not among ${Object.keys(declared.content).join(', ')}`);
  const value: unknown = type.endsWith('json') ? json() : body;
  const validate = ajv.compile(media.schema);
  assert.ok(validate(value), JSON.stringify([validate.errors, value], null, 2));
}
