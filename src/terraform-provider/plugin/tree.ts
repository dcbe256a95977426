/** Walks through values along their schema. */
import type { AttributePath } from './diagnostics.ts';
import type { Attribute, Attributes } from './schema.ts';
import { isObject, Unknown, type ObjectValue, type Value } from './values.ts';

/** The same, with null for each attribute that was left out, in nested ones as well. */
export function complete(attributes: Attributes, value: ObjectValue): ObjectValue {
  return {
    ...value,
    ...Object.fromEntries(
      Object.entries(attributes).map(([name, attribute]) => {
        const own = Object.hasOwn(value, name) ? (value[name] ?? null) : null;
        return [name, mapElements(attribute, own, (one, within) => complete(within, one))];
      }),
    ),
  };
}

/** Null in place of whatever is not known. */
export function withoutUnknown(value: Value): Value {
  if (value instanceof Unknown) return null;
  if (Array.isArray(value)) return (value as readonly Value[]).map(withoutUnknown);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutUnknown(one)]));
}

/** The value of a nested attribute with each of its objects replaced; any other value as it is. */
function mapElements(
  { nested }: Attribute,
  value: Value,
  replace: (element: ObjectValue, attributes: Attributes) => Value,
): Value {
  if (!nested || value === null) return value;
  const element = (one: Value) => (isObject(one) ? replace(one, nested.attributes) : one);
  if (nested.nesting === 'single') return element(value);
  if (Array.isArray(value)) return (value as readonly Value[]).map(element);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, element(one)]));
}

/** The objects that the value of a nested attribute consists of, each with its path. */
export function elementsOf(
  { nested }: Attribute,
  value: Value,
  path: AttributePath,
): (readonly [ObjectValue, AttributePath])[] {
  if (!nested || value === null) return [];
  const all: (readonly [Value, AttributePath])[] =
    nested.nesting === 'single'
      ? [[value, path]]
      : Array.isArray(value)
        ? (value as readonly Value[]).map((one, index) => [one, [...path, index]])
        : isObject(value)
          ? Object.entries(value).map(([key, one]) => [one, [...path, key]])
          : [];
  return all.flatMap(([one, at]) => (isObject(one) ? [[one, at] as const] : []));
}

/** Each attribute of an object and, outermost first, of those that it holds. */
export function* attributesOf(
  attributes: Attributes,
  value: ObjectValue,
  path: AttributePath = [],
): Generator<{ attribute: Attribute; value: Value; path: AttributePath }> {
  for (const [name, attribute] of Object.entries(attributes)) {
    const own = value[name] ?? null;
    const at = [...path, name];
    yield { attribute, value: own, path: at };
    for (const [element, where] of elementsOf(attribute, own, at)) {
      if (attribute.nested) yield* attributesOf(attribute.nested.attributes, element, where);
    }
  }
}
