/** Values that a JSON schema allows, as far as the server's own schemas go. */
import fc from 'fast-check';

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly fc.JsonValue[];
  readonly const?: fc.JsonValue;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Longest list or text: longer ones are for tests of limits. */
const MANY = 12;

export function valueOf(schema: JsonSchema): fc.Arbitrary<fc.JsonValue> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valueOf));
  if (typeof schema.type !== 'string') {
    const types = schema.type ?? ['object'];
    return fc.oneof(...types.map((type) => valueOf({ ...schema, type })));
  }
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1000, max: schema.maximum ?? 100_000 });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e3, max: schema.maximum ?? 1e6, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return listOf(schema);
    case 'object':
      return objectOf(schema);
    default:
      throw new TypeError(`no values of type ${schema.type} are known here`);
  }
}

function textOf({ pattern, minLength = 0, maxLength = MANY }: JsonSchema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, MANY)) });
}

function listOf({ items = {}, minItems = 0, maxItems = MANY }: JsonSchema): fc.Arbitrary<fc.JsonValue> {
  return fc.array(valueOf(items), {
    minLength: minItems,
    maxLength: Math.max(minItems, Math.min(maxItems, MANY)),
  });
}

/** An object that says nothing of its members gets those of parts of a topology, rightly or not. */
function objectOf({ properties, required = [] }: JsonSchema): fc.Arbitrary<fc.JsonValue> {
  if (!properties) return fc.record(PART_MEMBERS, { requiredKeys: [] });
  const members = Object.entries(properties).map(([name, schema]) => [name, valueOf(schema)] as const);
  return fc.record(Object.fromEntries(members), { requiredKeys: [...required] });
}

const PART_MEMBERS: Record<string, fc.Arbitrary<fc.JsonValue>> = {
  id: fc.constantFrom('sfu-1', 'public', 'new'),
  kind: fc.constantFrom('mediasoup', 'janus'),
  vip: fc.constantFrom('public', 'nowhere'),
  addresses: fc.array(fc.constantFrom('10.0.1.99', 'fd00:1::99', '203.0.113.10', '10.0.1.11'), {
    maxLength: 3,
  }),
  zone: fc.constantFrom('a', 'b'),
  weight: fc.integer({ min: -1, max: 300 }),
  state: fc.constantFrom('active', 'draining', 'disabled'),
  signallingPort: fc.integer({ min: 0, max: 70_000 }),
  mediaPorts: fc.constantFrom('40010-40011', '40000', 40012, '1-65535', '9-1'),
  media: fc.constantFrom({ ports: '40000-40099' }, { ports: 'x' }, null),
  signalling: fc.constantFrom({ port: 80 }, { port: 443, tls: 'terminate' }, null),
  schedule: fc.constantFrom({ start: '2026-01-01T00:00:00Z', end: '2026-01-01T01:00:00Z' }, '0 3 * * *'),
  nodes: fc.constantFrom(['sfu-1'], ['nobody'], []),
  room: fc.constantFrom('standup', 'a', ''),
  node: fc.constantFrom('sfu-1', 'nobody', 1),
  strict: fc.constantFrom(true, false, 'yes'),
  loadBound: fc.constantFrom(1, 1.5, 0.5, 'off', false),
  tableSize: fc.constantFrom(251, 1009, 1000, 1.5),
  checks: fc.constantFrom(['stun'], [{ type: 'http', path: '/' }], ['ping'], []),
  damping: fc.constantFrom({ halfLife: '9s' }, 'off', { suppress: 1 }, null),
};
