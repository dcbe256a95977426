/** The building blocks of schema.ts. */
import Type from 'typebox';
import { ADDRESS_PATTERN, DURATION_PATTERN, ID_PATTERN, PORTS_PATTERN, RANGE_PATTERN } from './patterns.ts';

/** A mapping that takes no keys but these. */
export function mapping<P extends Type.TProperties>(description: string, properties: P, examples?: object[]) {
  return Type.Object(properties, {
    additionalProperties: false,
    description,
    ...(examples && { examples }),
  });
}

export function id(description: string, examples: string[]) {
  return Type.String({ pattern: ID_PATTERN, description, examples });
}

export function port(description: string, examples: number[]) {
  return Type.Integer({ minimum: 1, maximum: 65_535, description, examples });
}

/** A number, or text such as `40000-40003` (both ends belong to it). */
export function portRange(description: string, examples: (string | number)[]) {
  return Type.Union(
    [Type.Integer({ minimum: 1, maximum: 65_535 }), Type.String({ pattern: PORTS_PATTERN })],
    { description, examples },
  );
}

export function address(description: string, examples: string[]) {
  return Type.String({ pattern: ADDRESS_PATTERN, description, examples });
}

export function addresses(description: string, examples: string[][]) {
  const item = Type.String({ pattern: ADDRESS_PATTERN, examples: examples[0] });
  // Each is written out for each node behind it: of 4000, the intent of 3000 nodes is longer than a string can be.
  return Type.Array(item, { minItems: 1, maxItems: 16, description, examples });
}

/** In CIDR notation. */
export function ranges(description: string, examples: string[][]) {
  return Type.Array(Type.String({ pattern: RANGE_PATTERN }), {
    minItems: 1,
    maxItems: 256,
    description,
    examples,
  });
}

/** @param example where there is no fallback that would do as one */
export function duration(description: string, fallback?: string, example = '30m') {
  return Type.String({
    pattern: DURATION_PATTERN,
    description,
    examples: [fallback ?? example],
    ...(fallback !== undefined && { default: fallback }),
  });
}

/** @param when what happens then, as the beginning of a sentence */
export function cron(when: string, examples: string[]) {
  const fields = 'minute, hour, day of month, month, day of week';
  const description = `${when}: ${fields}. Day of month and day of week must both fit.`;
  return Type.String({ minLength: 1, maxLength: 200, description, examples });
}

export function timeZone(description: string) {
  const examples = ['Asia/Seoul', 'Europe/Berlin'];
  return Type.String({ minLength: 1, maxLength: 64, description, examples, default: 'UTC' });
}

export function choice<const T extends readonly string[]>(
  values: T,
  fallback?: T[number],
  description?: string,
) {
  return Type.Unsafe<T[number]>({
    type: 'string',
    enum: [...values],
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
  });
}

/** What `schema` takes, or `off`, which readers of YAML 1.1 make a boolean. */
export function offOr<T extends Type.TSchema>(
  schema: T,
  description: string,
  annotations: { default?: unknown; examples: unknown[] },
) {
  return Type.Union([schema, Type.Literal('off'), Type.Literal(false)], { description, ...annotations });
}
