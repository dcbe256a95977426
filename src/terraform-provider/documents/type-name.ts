import type { Attribute, Nesting } from '../plugin/schema.ts';
import type { Type } from '../plugin/types.ts';

/** A type in the words of documents: `List of String`. */
export function typeName(type: Type): string {
  switch (type) {
    case 'string':
      return 'String';
    case 'number':
      return 'Number';
    case 'bool':
      return 'Boolean';
    case 'dynamic':
      return 'Dynamic';
  }
  switch (type[0]) {
    case 'list':
    case 'set':
    case 'map':
      return `${capital(type[0])} of ${typeName(type[1])}`;
    case 'object':
      return 'Object';
    case 'tuple':
      return 'Tuple';
  }
}

const NESTED: Readonly<Record<Nesting, string>> = {
  single: 'Attributes',
  list: 'Attributes List',
  set: 'Attributes Set',
  map: 'Attributes Map',
};

export function attributeTypeName({ type, nested }: Attribute): string {
  if (nested) return NESTED[nested.nesting];
  return type === undefined ? 'Dynamic' : typeName(type);
}

/** A type as a signature of a function has it: Terraform's own notation. */
export function typeNotation(type: Type): string {
  if (typeof type === 'string') return type;
  switch (type[0]) {
    case 'list':
    case 'set':
    case 'map':
      return `${type[0]}(${typeNotation(type[1])})`;
    case 'object': {
      const members = Object.entries(type[1]).map(([name, member]) => `${name} = ${typeNotation(member)}`);
      return `object({ ${members.join(', ')} })`;
    }
    case 'tuple':
      return `tuple([${type[1].map(typeNotation).join(', ')}])`;
  }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
