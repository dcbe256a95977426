/**
 * When two values are equal, and when they mean the same though they are spelt differently: a schema's `same`
 * says so, and the spelling that Terraform knows already then stays, so that nothing looks changed.
 */
import { numberKey } from './numbers.ts';
import type { Attribute, Attributes } from './schema.ts';
import { attributeType, objectType } from './type-of.ts';
import type { Type } from './types.ts';
import { BigNumber, Dynamic, isKnown, isObject, Unknown, type ObjectValue, type Value } from './values.ts';

export function equal(one: Value, other: Value, type: Type): boolean {
  return one === other || valueKey(one, type) === valueKey(other, type);
}

/** A text that equal values of a type have in common, and no others; what is unknown equals what is unknown. */
export function valueKey(value: Value, type: Type): string {
  if (value === null) return 'null';
  if (value instanceof Unknown) return '?';
  if (value instanceof Dynamic) return `${JSON.stringify(value.type)}:${valueKey(value.value, value.type)}`;
  if (typeof value === 'number' || value instanceof BigNumber) return numberKey(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) {
    const keys = (value as readonly Value[]).map((one, index) => valueKey(one, elementType(type, index)));
    return isSet(type) ? `{${[...new Set(keys)].sort().join()}}` : `[${keys.join()}]`;
  }
  const fields = Object.entries(value as ObjectValue)
    .filter(([, one]) => one !== null || type[0] === 'map')
    .map(([name, one]) => `${JSON.stringify(name)}:${valueKey(one, elementType(type, name))}`);
  return `{${fields.sort().join()}}`;
}

/** The type of what a value of a type holds at a step of a path. */
export function elementType(type: Type, step: string | number): Type {
  if (typeof type === 'string') return 'dynamic';
  switch (type[0]) {
    case 'list':
    case 'set':
    case 'map':
      return type[1];
    case 'tuple':
      return type[1][Number(step)] ?? 'dynamic';
    case 'object':
      return type[1][step] ?? 'dynamic';
  }
}

/** `found`, but spelt as `known` wherever both mean the same. */
export function keepSpelling(attributes: Attributes, known: ObjectValue, found: ObjectValue): ObjectValue {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      keepOne(attribute, known[name] ?? null, found[name] ?? null),
    ]),
  );
}

/** Whether two values of an attribute are equal or, by its schema and those of what it holds, mean the same. */
export function meansSame(attribute: Attribute, one: Value, other: Value): boolean {
  const type = attributeType(attribute);
  if (equal(one, other, type)) return true;
  if (one === null || other === null || !isKnown(one) || !isKnown(other)) return false;
  if (attribute.same?.(one, other)) return true;
  return attribute.nested !== undefined && equal(one, keepOne(attribute, one, other), type);
}

function keepOne(attribute: Attribute, known: Value, found: Value): Value {
  if (known === null || found === null || known instanceof Unknown || found instanceof Unknown) return found;
  const { nested } = attribute;
  if (isKnown(known) && isKnown(found)) {
    if (attribute.same?.(known, found) || equal(known, found, attributeType(attribute))) return known;
  }
  if (!nested) return found;
  const { attributes } = nested;
  const element = (one: Value | undefined, other: Value): Value =>
    isObject(one) && isObject(other) ? keepSpelling(attributes, one, other) : other;
  switch (nested.nesting) {
    case 'single':
      return element(known, found);
    case 'map':
      return Object.fromEntries(
        Object.entries(found as ObjectValue).map(([key, one]) => [
          key,
          element((known as ObjectValue)[key], one),
        ]),
      );
    case 'list':
      return (found as readonly Value[]).map((one, index) =>
        element((known as readonly Value[])[index], one),
      );
    case 'set': {
      const type = objectType(attributes);
      return (found as readonly Value[]).map(
        (one) => (known as readonly Value[]).find((old) => equal(old, element(old, one), type)) ?? one,
      );
    }
  }
}

function isSet(type: Type): boolean {
  return typeof type !== 'string' && type[0] === 'set';
}
