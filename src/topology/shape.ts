/** Whether a document has the shape of schema.ts, in words that say what to write instead. */
import { Ajv, type ErrorObject } from 'ajv';
import { lazily } from '../lazily.ts';
import { choicesOf, describe, exampleOf, type SchemaView } from './describe.ts';
import { nearest } from './nearest.ts';
import { ADDRESS_PATTERN } from './patterns.ts';
import { formatPath, type Path, type Problems } from './problems.ts';
import { quote, show } from './quote.ts';
import { TopologySchema, type TopologyDocument } from './schema.ts';

/** What is left of a document when everything of the wrong shape is taken out. */
export type Partly<T> = T extends readonly (infer E)[]
  ? readonly (Partly<E> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Partly<T[K]> }
    : T;

const ajv = new Ajv({ allErrors: true, verbose: true });

/**
 * Reports everything of the wrong shape, and returns the rest. Values of the wrong shape are absent from
 * it; list positions stay. Undefined where the document is no mapping at all.
 *
 * @param base where the document stands in a larger one, for what is reported
 */
export type CheckShape<T> = (document: unknown, problems: Problems, base?: Path) => Partly<T> | undefined;

/** @param schema of a mapping */
export function shapeCheck<T>(schema: object): CheckShape<T> {
  // Compiling it takes longer than all else that a command or a provider starts with.
  const shape = lazily(() => ajv.compile<T>(schema));
  return (document, problems, base = []) => {
    const fits = shape();
    return fits(document) ? (document as Partly<T>) : partly<T>(document, fits.errors ?? [], base, problems);
  };
}

export const checkShape = shapeCheck<TopologyDocument>(TopologySchema);

function partly<T>(
  document: unknown,
  errors: readonly ErrorObject[],
  base: Path,
  problems: Problems,
): Partly<T> | undefined {
  const slips = reportUnknownKeys(errors, base, problems);
  const rest: unknown = structuredClone(document);
  const unions = new Set(errors.filter(({ keyword }) => keyword === 'anyOf').map((e) => e.instancePath));
  const meantMappings = new Set(errors.filter(isMeantMapping).map((e) => e.instancePath));
  const told = new Set<string>();
  for (const error of errors) {
    if (error.keyword === 'additionalProperties') continue;
    const path = pathOf(error.instancePath);
    if (error.keyword === 'required') {
      reportMissing([...base, ...path], error, slips, problems);
    } else if (error.keyword === 'anyOf' || !unions.has(error.instancePath)) {
      // One message a value: it names all that was expected of it, unless what is wrong lies further inside.
      if (told.has(error.instancePath) || meantMappings.has(error.instancePath)) continue;
      told.add(error.instancePath);
      reportValue([...base, ...path], error, problems);
      if (path.length === 0) return undefined;
      takeOut(rest, path);
    }
  }
  return rest as Partly<T>;
}

/** A mapping where one was possible among other things: the others were not meant. */
function isMeantMapping({ keyword, data, parentSchema }: ErrorObject): boolean {
  const isMapping = typeof data === 'object' && data !== null && !Array.isArray(data);
  return (
    keyword === 'anyOf' &&
    isMapping &&
    (viewOf(parentSchema).anyOf ?? []).some(({ type }) => type === 'object')
  );
}

/** Returns the paths that unknown keys probably meant. */
function reportUnknownKeys(errors: readonly ErrorObject[], base: Path, problems: Problems): Set<string> {
  const slips = new Set<string>();
  for (const { keyword, instancePath, params, parentSchema, data } of errors) {
    if (keyword !== 'additionalProperties') continue;
    const parent = [...base, ...pathOf(instancePath)];
    const key = String((params as { additionalProperty: unknown }).additionalProperty);
    const known = Object.keys(viewOf(parentSchema).properties ?? {});
    const meant = nearest(key, known);
    if (meant !== undefined) {
      slips.add(formatPath([...parent, meant]));
      // So that nothing is said of its absence.
      if (!Object.hasOwn(data as object, meant)) problems.markUnreadable([...parent, meant]);
    }
    problems.unknownKey([...parent, key], `unknown key ${quote(key)}`, hintForKey(key, meant, known));
  }
  return slips;
}

function hintForKey(key: string, meant: string | undefined, known: readonly string[]): string {
  if (key === '<<') return 'YAML 1.2 has no merge keys; write the values out';
  if (meant !== undefined) return `did you mean "${meant}"?`;
  return `known here: ${known.join(', ')}`;
}

/** A key that was merely misspelt is not told a second time as missing. */
function reportMissing(
  parent: Path,
  error: ErrorObject,
  slips: ReadonlySet<string>,
  problems: Problems,
): void {
  const key = String((error.params as { missingProperty: unknown }).missingProperty);
  const path = [...parent, key];
  if (slips.has(formatPath(path))) return;
  const schema = viewOf(error.parentSchema).properties?.[key];
  const example = schema && exampleOf(schema);
  problems.unreadable(path, 'is missing', example === undefined ? `add ${key}:` : `add ${key}: ${example}`);
}

function reportValue(path: Path, error: ErrorObject, problems: Problems): void {
  const schema = viewOf(error.parentSchema);
  const value: unknown = error.data;
  if (error.keyword === 'uniqueItems') {
    problems.unreadable(path, 'names an item twice', 'name each once');
    return;
  }
  problems.unreadable(path, `must be ${describe(schema)}, found ${show(value)}`, hintForValue(schema, value));
}

function hintForValue(schema: SchemaView, value: unknown): string {
  if (schema.type === 'object') {
    return `write its keys below it, indented: ${Object.keys(schema.properties ?? {}).join(', ')}`;
  }
  if (schema.type === 'array' && schema.items?.type === 'object') {
    return 'write its items below it, each beginning with "- "';
  }
  if (typeof value === 'string') {
    const meant = nearest(value, choicesOf(schema));
    if (meant !== undefined) return `did you mean "${meant}"?`;
  }
  if (
    typeof value === 'number' &&
    (schema.pattern === undefined ? schema.type === 'string' : RegExp(schema.pattern).test(String(value)))
  ) {
    return `text that looks like a number needs quotes: "${value}"`;
  }
  if (schema.pattern === ADDRESS_PATTERN && typeof value === 'object') {
    return 'an IPv6 address within brackets needs quotes: "fd00:1::11"';
  }
  const example = exampleOf(schema);
  return example === undefined ? `write ${describe(schema)}` : `for example ${example}`;
}

/** Nothing in the schema is keyed by a number, so a number in a pointer is a list position. */
function pathOf(pointer: string): Path {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function viewOf(schema: unknown): SchemaView {
  return schema as SchemaView;
}

function takeOut(root: unknown, path: Path): void {
  const parent = path.slice(0, -1).reduce<unknown>(childOf, root);
  const last = path.at(-1);
  if (typeof parent === 'object' && parent !== null && last !== undefined)
    Reflect.set(parent, last, undefined);
}

function childOf(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, key) as unknown) : undefined;
}
