/** Requests that the OpenAPI document allows, nearly allows, or does not allow at all. */
import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import type { Operation } from '../openapi-answers.ts';
import { byMistake, hostileJson, hostileText } from './hostile.ts';
import { valueOf, type JsonSchema } from './from-schema.ts';

/** What exists in the small cluster, so that requests get beyond the first check. */
const KNOWN = ['sfu-1', 'sfu-4', 'jan-1', 'public', 'haproxy', 'standup'];

export type FuzzRequest = InjectOptions & { readonly url: string };

/**
 * Requests of one operation.
 * @param method lower-case, as in the document
 * @param path as in the document, with `{name}` for parameters
 */
export function requestsOf(method: string, path: string, operation: Operation): fc.Arbitrary<FuzzRequest> {
  const places = operation.parameters ?? [];
  const among = (place: string) => places.filter((parameter) => parameter.in === place);
  return fc
    .record({
      segments: fc.record(valuesBy(among('path'), ({ schema }) => fc.oneof(known, text(schema)))),
      query: fc.record(valuesBy(among('query'), queryText), { requiredKeys: [] }),
      odd: fc.option(fc.tuple(hostileText, hostileText), { freq: 8 }),
      headers: fc.record(
        valuesBy(among('header'), () => fc.oneof(conditions, headerText)),
        {
          requiredKeys: [],
        },
      ),
      body: bodies(operation),
    })
    .map(({ segments, query, odd, headers, body }) => ({
      method: method.toUpperCase() as 'GET',
      url: urlOf(path, segments, [...Object.entries(query), ...(odd ? [odd] : [])]),
      headers: { ...headers, ...(body ? { 'content-type': body.type } : {}) },
      ...(body ? { payload: body.payload } : {}),
    }));
}

interface Parameter {
  readonly name: string;
  readonly schema: JsonSchema;
}

function valuesBy(
  parameters: readonly Parameter[],
  value: (parameter: Parameter) => fc.Arbitrary<string>,
): Record<string, fc.Arbitrary<string>> {
  return Object.fromEntries(parameters.map((parameter) => [parameter.name, value(parameter)]));
}

const known = fc.constantFrom(...KNOWN);

const text = (schema: JsonSchema) =>
  fc.oneof(
    valueOf(schema).map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
    hostileText,
  );

/** As text, but nobody waits for a change that does not come. */
const queryText = ({ name, schema }: Parameter) =>
  name === 'wait' ? fc.constantFrom('0', '-1', 'x', '9e9') : text(schema);

const conditions = fc.constantFrom('*', '"0123456789abcdef"', 'W/"x"', '"', '', ',,,', '*, "x"');
/** What an HTTP client can send in a field: no line ends (RFC 9110 section 5.5). */
const headerText = fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((t) => t.replace(/[^\t -~]/g, '?'));

interface Body {
  readonly type: string;
  readonly payload: string;
}

function bodies({ requestBody }: Operation): fc.Arbitrary<Body | null> {
  const declared = Object.entries(requestBody?.content ?? {});
  const json = fc.constantFrom('application/json', ...declared.map(([type]) => type));
  const values = declared.map(([, { schema }]) => valueOf(schema as JsonSchema));
  const value = fc.oneof(...values, ...values.map(byMistake), hostileJson);
  const broken = fc.oneof(
    fc.tuple(value, fc.nat()).map(([v, at]) => {
      const whole = JSON.stringify(v);
      return whole.slice(0, at % (whole.length + 1));
    }),
    hostileText,
  );
  return fc.oneof(
    {
      weight: declared.length > 0 ? 6 : 1,
      arbitrary: bodyOf(
        json,
        value.map((v) => JSON.stringify(v)),
      ),
    },
    { weight: 1, arbitrary: bodyOf(json, broken) },
    { weight: 1, arbitrary: bodyOf(fc.constantFrom('text/plain', 'application/xml', '*/*', ';'), broken) },
    { weight: 2, arbitrary: fc.constant(null) },
  );
}

function bodyOf(types: fc.Arbitrary<string>, payloads: fc.Arbitrary<string>): fc.Arbitrary<Body> {
  return fc.record({ type: types, payload: payloads });
}

function urlOf(
  path: string,
  segments: Readonly<Record<string, string>>,
  query: readonly (readonly [string, string | undefined])[],
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(segments[name] ?? ''));
  if (query.length === 0) return filled;
  return `${filled}?${query.map((pair) => pair.map((one) => encodeURIComponent(one ?? '')).join('=')).join('&')}`;
}
