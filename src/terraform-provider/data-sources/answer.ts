/**
 * What the dispatcher answers, as attributes of data sources: made from the very schemas that describe the answers of
 * the REST API, so that neither a name nor a description can differ.
 */
import { isRecord } from '../../json.ts';
import { inTerraformWords } from '../mapping/words.ts';
import { snakeCase } from '../names.ts';
import type { Attribute, Attributes } from '../plugin/schema.ts';
import type { Type } from '../plugin/types.ts';
import type { ObjectValue, Value } from '../plugin/values.ts';

/** The part of JSON Schema that answers are described by. */
interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly const?: unknown;
}

/**
 * All computed. Names go from camelCase to snake_case.
 *
 * @param object schema of an object
 * @param names members to take, in the schema's spelling; all where left out
 * @throws Error for what has no type in Terraform, or no such member: a fault of the program
 */
export function answerAttributes(object: object, names?: readonly string[]): Attributes {
  const { properties = {} } = object as Shape;
  const entries = (names ?? Object.keys(properties)).map((name): [string, Attribute] => {
    const shape = properties[name];
    if (!shape) throw new Error(`the answer has no ${name}`);
    return [snakeCase(name), attributeOf(name, shape)];
  });
  return Object.fromEntries(entries);
}

function attributeOf(name: string, given: Shape): Attribute {
  const shape = withoutNull(given);
  const base = {
    presence: 'computed',
    description: inTerraformWords(given.description ?? shape.description ?? ''),
  } as const;
  if (shape.properties)
    return { ...base, nested: { nesting: 'single', attributes: answerAttributes(shape) } };
  const items = shape.items && withoutNull(shape.items);
  if (items?.properties) return { ...base, nested: { nesting: 'list', attributes: answerAttributes(items) } };
  return { ...base, type: typeOf(name, shape) };
}

function typeOf(name: string, shape: Shape): Type {
  if (shape.items) return ['list', typeOf(name, withoutNull(shape.items))];
  switch (shape.type ?? typeof shape.const) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'bool';
    default:
      throw new Error(`${name}: no type of Terraform for ${JSON.stringify(shape)}`);
  }
}

/** Every value may be null in Terraform. A number or a text (of ports) is a text, as Terraform converts them. */
function withoutNull(shape: Shape): Shape {
  if (!shape.anyOf) return shape;
  const others = shape.anyOf.filter(({ type }) => type !== 'null');
  const [only = {}, ...more] = others;
  return more.length === 0
    ? only
    : { type: 'string', ...(shape.description ? { description: shape.description } : {}) };
}

/**
 * The value of these attributes in an answer; null where it has none.
 *
 * @throws TypeError for what is of another type than the schema says: another version of the dispatcher
 */
export function answerValue(attributes: Attributes, answer: unknown, path = ''): ObjectValue {
  if (!isRecord(answer)) throw new TypeError(`${path || 'the answer'} is no object`);
  const members = new Map(Object.entries(answer).map(([name, value]) => [snakeCase(name), value]));
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      valueOf(attribute, members.get(name), path === '' ? name : `${path}.${name}`),
    ]),
  );
}

function valueOf({ nested, type }: Attribute, value: unknown, path: string): Value {
  if (value === undefined || value === null) return null;
  if (!nested) return plain(type ?? 'dynamic', value, path);
  const { nesting, attributes } = nested;
  if (nesting === 'single') return answerValue(attributes, value, path);
  if (!Array.isArray(value)) throw new TypeError(`${path} is no list`);
  return value.map((item, index) => answerValue(attributes, item, `${path}[${index}]`));
}

function plain(type: Type, value: unknown, path: string): Value {
  if (Array.isArray(type) && Array.isArray(value)) {
    return value.map((item, index) => plain(type[1] as Type, item, `${path}[${index}]`));
  }
  const ok =
    (type === 'string' && typeof value === 'string') ||
    (type === 'number' && typeof value === 'number') ||
    (type === 'bool' && typeof value === 'boolean');
  if (ok) return value;
  if (type === 'string' && typeof value === 'number') return String(value);
  throw new TypeError(
    `${path} is ${JSON.stringify(value).slice(0, 100)}, not of type ${JSON.stringify(type)}`,
  );
}
