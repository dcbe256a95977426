import { PATTERN_NAMES } from './patterns.ts';

/** The keywords of JSON Schema that schema.ts uses. */
export interface SchemaView {
  readonly type?: 'integer' | 'number' | 'array' | 'boolean' | 'object' | 'string';
  readonly anyOf?: readonly SchemaView[];
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: SchemaView;
  readonly properties?: Readonly<Record<string, SchemaView>>;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
}

/** What a schema takes, to stand after "must be". */
export function describe(schema: SchemaView): string {
  if (schema.anyOf) return describeUnion(schema.anyOf);
  if (schema.enum) return joinOr(schema.enum);
  if (schema.pattern !== undefined) {
    const name = PATTERN_NAMES.get(schema.pattern) ?? 'text';
    return schema.maxLength === undefined ? name : `${name}, at most ${schema.maxLength} characters`;
  }
  switch (schema.type) {
    case 'integer':
      return `a whole number${bounds(schema)}`;
    case 'number':
      return `a number${bounds(schema)}`;
    case 'array':
      if (schema.maxItems === undefined)
        return schema.minItems === undefined ? 'a list' : 'a list of at least one';
      return `a list of ${schema.minItems === undefined ? 'at most' : `${schema.minItems} to`} ${schema.maxItems}`;
    case 'boolean':
      return 'true or false';
    case 'object':
      return 'a mapping';
    case 'string':
      return lengths(schema);
    case undefined:
      return 'text';
  }
}

function lengths({ minLength, maxLength }: SchemaView): string {
  return minLength === undefined || maxLength === undefined
    ? 'text'
    : `text of ${minLength} to ${maxLength} characters`;
}

/** `off` is told once, though its schema has two forms of it, and last. */
function describeUnion(branches: readonly SchemaView[]): string {
  const choices = branches.filter(({ const: constant }) => constant === undefined);
  const words = choices.flatMap((branch) => branch.enum ?? [describe(branch)]);
  const off = branches.some(({ const: constant }) => constant === 'off');
  return joinOr([...new Set(off ? [...words, 'off'] : words)]);
}

function bounds({ minimum, maximum }: SchemaView): string {
  return minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`;
}

function joinOr(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

/** Every word that the schema takes as it is, for suggestions. */
export function choicesOf(schema: SchemaView): readonly string[] {
  if (schema.anyOf) return schema.anyOf.flatMap(choicesOf);
  return schema.enum ?? (typeof schema.const === 'string' ? [schema.const] : []);
}

/** One value that would do, in the flow style of YAML; undefined where the schema shows none. */
export function exampleOf(schema: SchemaView): string | undefined {
  const example = schema.examples?.[0] ?? schema.default ?? choicesOf(schema)[0];
  return example === undefined ? undefined : flow(example);
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, item]) => `${key}: ${flow(item)}`);
    return `{ ${pairs.join(', ')} }`;
  }
  const text = String(value);
  return text.includes('::') ? `"${text}"` : text;
}
