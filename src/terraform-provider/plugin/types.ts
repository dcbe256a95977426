/**
 * Terraform's types, as go-cty writes them in JSON: a name, or a pair of a name and what it is made of. That is
 * how they go over the wire as well.
 */
export type Type =
  | 'string'
  | 'number'
  | 'bool'
  | 'dynamic'
  | readonly ['list' | 'set' | 'map', Type]
  | readonly ['object', Readonly<Record<string, Type>>]
  | readonly ['object', Readonly<Record<string, Type>>, readonly string[]]
  | readonly ['tuple', readonly Type[]];
