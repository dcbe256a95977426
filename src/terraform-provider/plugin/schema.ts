/** What a provider, a resource or a data source is made of, for core, for documents, and for plans. */
import type { Type } from './types.ts';
import type { Value } from './values.ts';

export type Nesting = 'single' | 'list' | 'set' | 'map';

export type Attributes = Readonly<Record<string, Attribute>>;

/** Of `type` and `nested` exactly one is there. */
export interface Attribute {
  readonly type?: Type;
  /** An object, or a collection of objects, with attributes of their own. */
  readonly nested?: { readonly nesting: Nesting; readonly attributes: Attributes };
  /** Markdown, for documents and editors. */
  readonly description: string;
  /** `required`, `optional`, `computed`, or the last two together, as core wants it. */
  readonly presence: 'required' | 'optional' | 'computed' | 'optional-computed';
  /**
   * What it is where the configuration leaves it out; only of what is `optional-computed`. It is taken when the
   * plan is made, from the configuration, never from the prior state.
   */
  readonly default?: Value;
  /** A change of it makes the object anew. */
  readonly replaces?: boolean;
  /**
   * A computed value that an update may change is unknown until then; one that is `stable` stays what it was.
   * (An update that changes nothing else never happens.)
   */
  readonly stable?: boolean;
  readonly sensitive?: boolean;
  /** Why not to use it any more, and what to use instead. */
  readonly deprecated?: string;
  /** What is wrong with a known value that is not null, and what to write instead; undefined: nothing. */
  readonly check?: (value: Value) => string | undefined;
  /** Whether two known values mean the same (`60s` and `1m`): then the one in the state or the plan stays. */
  readonly same?: (one: Value, other: Value) => boolean;
  /** A value for examples in documents, in Terraform's own syntax. */
  readonly example?: string;
}

export interface Schema {
  /** Of the state; counts up when older states have to be upgraded. */
  readonly version: number;
  /** Markdown. */
  readonly description: string;
  readonly attributes: Attributes;
  readonly deprecated?: string;
}
