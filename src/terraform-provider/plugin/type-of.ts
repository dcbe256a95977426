/** The types that values of a schema have, as core sees them. */
import type { Attribute, Attributes } from './schema.ts';
import type { Type } from './types.ts';

/** Of the object that a schema, or one element of a nested attribute, describes. */
export function objectType(attributes: Attributes): Type {
  return [
    'object',
    Object.fromEntries(Object.entries(attributes).map(([name, one]) => [name, attributeType(one)])),
  ];
}

/** @throws Error where an attribute has neither a type nor attributes of its own: a fault of the provider */
export function attributeType({ type, nested }: Attribute): Type {
  if (nested) {
    const element = objectType(nested.attributes);
    return nested.nesting === 'single' ? element : [nested.nesting, element];
  }
  if (type === undefined) throw new Error('an attribute of the schema has no type');
  return type;
}
