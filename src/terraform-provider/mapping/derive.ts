/**
 * Attributes from the topology's own schemas: what a file and the REST API take, Terraform takes too, by the same
 * names (in snake_case), with the same descriptions and defaults.
 */
import { snakeCase } from '../names.ts';
import type { Attribute } from '../plugin/schema.ts';
import type { Value } from '../plugin/values.ts';
import * as codecs from './codecs.ts';
import type { Codec, DocumentPath, Mapping } from './mapping.ts';
import { canonicalOf, type Canonical } from './same.ts';
import { inTerraformWords } from './words.ts';

/** The part of JSON Schema that the topology's schemas use. */
export interface SchemaView {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaView[];
  readonly items?: SchemaView;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, SchemaView>>;
  readonly required?: readonly string[];
}

/** By the names of the document. */
export type Overrides = Readonly<Record<string, Override>>;

export interface Override {
  /** Of the attribute itself. */
  readonly traits?: Partial<
    Pick<Attribute, 'description' | 'presence' | 'replaces' | 'stable' | 'deprecated' | 'example'>
  >;
  /** Its default follows from other values, or is more than one value: whoever makes a plan knows it. */
  readonly derived?: boolean;
  /** The order of its items tells nothing, though the schema does not say so. */
  readonly unordered?: boolean;
  /** Of texts: what those have in common that mean the same, where the schema's pattern does not tell. */
  readonly meaning?: Canonical;
  readonly within?: Overrides;
}

/** @param schema of a mapping, as TypeBox makes it */
export function deriveMapping(schema: object, overrides: Overrides = {}): Mapping {
  const { properties = {}, required = [] } = schema as SchemaView;
  const members = Object.entries(properties).map(([key, property]) => {
    const override = overrides[key] ?? {};
    const codec = codecOf(property, override);
    const name = snakeCase(key);
    return { key, name, codec, attribute: attributeOf(property, codec, override, required.includes(key)) };
  });
  const byKey = new Map(members.map((member) => [member.key, member]));
  return {
    attributes: Object.fromEntries(members.map(({ name, attribute }) => [name, attribute])),
    toDocument: (values) => {
      const unknown: DocumentPath[] = [];
      const entries = members.flatMap(({ key, name, codec }): [string, unknown][] => {
        const value = values[name] ?? null;
        const json = value === null ? undefined : codec.encode(value, [key], unknown);
        return json === undefined ? [] : [[key, json]];
      });
      return { document: Object.fromEntries(entries), unknown };
    },
    toValues: (document) => {
      const json = new Map<string, unknown>(Object.entries(document));
      return Object.fromEntries<Value>(
        members.map(({ key, name, codec }) => {
          const value = json.get(key);
          return [name, value === undefined || value === null ? null : codec.decode(value)];
        }),
      );
    },
    locate: ([key, ...rest]) => {
      const member = typeof key === 'string' ? byKey.get(key) : undefined;
      return member ? [member.name, ...member.codec.locate(rest)] : [];
    },
  };
}

function attributeOf(schema: SchemaView, codec: Codec, override: Override, required: boolean): Attribute {
  const description = inTerraformWords(schema.description ?? '');
  const base = { description, ...codec.shape };
  const traits = override.traits ?? {};
  if (required) return { ...base, presence: 'required', ...traits };
  if (override.derived) return { ...base, presence: 'optional-computed', ...traits };
  const fallback = schema.default === undefined ? null : codec.decode(schema.default);
  if (fallback === null) return { ...base, presence: 'optional', ...traits };
  return { ...base, presence: 'optional-computed', default: fallback, ...traits };
}

function codecOf(schema: SchemaView, override: Override): Codec {
  if (schema.anyOf) return unionOf(schema, schema.anyOf, override);
  switch (schema.type) {
    case 'string':
      return codecs.text(override.meaning ?? canonicalOf(schema.pattern));
    case 'integer':
    case 'number':
      return codecs.number;
    case 'boolean':
      return codecs.boolean;
    case 'object':
      return codecs.object(deriveMapping(schema, override.within));
    case 'array': {
      const { items = {}, uniqueItems = false } = schema;
      const ordered = !uniqueItems && override.unordered !== true;
      const { within } = override;
      return codecs.items(codecOf(items, { ...(within && { within }) }), {
        ordered,
        canonical: canonicalOf(items.pattern),
      });
    }
    case undefined:
    default:
      throw new Error(`no attribute for ${JSON.stringify(schema)}`);
  }
}

/** `off` or something; ports, a number or a text; and a name for an object that has nothing but a `type`. */
function unionOf(schema: SchemaView, branches: readonly SchemaView[], override: Override): Codec {
  const [one = {}, ...others] = branches.filter(({ const: constant }) => constant === undefined);
  if (branches.length > others.length + 1) {
    if (one.type !== 'object') return codecs.orOff(codecOf(one, override), canonicalOf(one.pattern));
    const mapping = deriveMapping(one, override.within);
    if (schema.default === 'off') return codecs.orAbsent(mapping);
    const defaults = Object.entries(one.properties ?? {}).map(([key, { default: value }]) => [key, value]);
    return codecs.switchable(mapping, Object.fromEntries(defaults) as object);
  }
  const [other = {}] = others;
  if (other.type === 'object') return codecOf(other, override);
  return codecs.textOrNumber(canonicalOf(other.pattern));
}
