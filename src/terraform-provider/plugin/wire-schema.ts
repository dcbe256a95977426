/** Schemas and functions in the messages of the protocol. */
import type { ProviderFunction } from './provider.ts';
import type { Attribute, Attributes, Nesting, Schema } from './schema.ts';
import type { Type } from './types.ts';

const NESTING: Readonly<Record<Nesting, number>> = { single: 1, list: 2, set: 3, map: 4 };
const MARKDOWN = 1;

export function wireSchema({ version, description, attributes, deprecated }: Schema) {
  return {
    version,
    block: {
      version,
      attributes: wireAttributes(attributes),
      description,
      description_kind: MARKDOWN,
      deprecated: deprecated !== undefined,
    },
  };
}

function wireAttributes(attributes: Attributes): Readonly<Record<string, unknown>>[] {
  return Object.entries(attributes).map(([name, attribute]) => ({ name, ...wireAttribute(attribute) }));
}

function wireAttribute(attribute: Attribute): Readonly<Record<string, unknown>> {
  const { nested, type, presence, description, sensitive, deprecated } = attribute;
  return {
    ...(nested
      ? { nested_type: { attributes: wireAttributes(nested.attributes), nesting: NESTING[nested.nesting] } }
      : { type: wireType(type ?? 'dynamic') }),
    description,
    description_kind: MARKDOWN,
    required: presence === 'required',
    optional: presence.startsWith('optional'),
    computed: presence.endsWith('computed'),
    sensitive: sensitive ?? false,
    deprecated: deprecated !== undefined,
  };
}

export function wireFunction({ summary, description, parameters, returns }: ProviderFunction) {
  return {
    parameters: parameters.map((one) => ({
      name: one.name,
      type: wireType(one.type),
      allow_null_value: one.nullable ?? false,
      description: one.description,
      description_kind: MARKDOWN,
    })),
    return: { type: wireType(returns) },
    summary,
    description,
    description_kind: MARKDOWN,
  };
}

function wireType(type: Type): Buffer {
  return Buffer.from(JSON.stringify(type));
}
