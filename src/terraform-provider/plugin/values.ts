/**
 * Values as Terraform's core and a provider pass them to and fro, in JavaScript's own terms. Null is a value of
 * every type: what the configuration leaves out.
 */
import type { Type } from './types.ts';

/** What core will know only after an apply. */
export class Unknown {
  /** What is known of it all the same; null: nothing. */
  readonly refinement: Refinement | null;

  constructor(refinement: Refinement | null = null) {
    this.refinement = refinement;
  }
}

export const UNKNOWN = new Unknown();

/** What core knows of a value that it does not know (Terraform 1.3 and later; go-cty's refinements). */
export interface Refinement {
  readonly notNull?: boolean;
  readonly stringPrefix?: string;
  readonly numberLower?: NumberBound;
  readonly numberUpper?: NumberBound;
  /** Of collections. */
  readonly lengthLower?: number;
  readonly lengthUpper?: number;
}

export interface NumberBound {
  readonly value: number | BigNumber;
  readonly inclusive: boolean;
}

/** A number that no double holds exactly; Terraform's numbers have 512 bits. */
export class BigNumber {
  /** Decimal, as core wrote it. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value of an attribute of type `dynamic`, which brings its own type. */
export class Dynamic {
  readonly type: Type;
  readonly value: Value;

  constructor(type: Type, value: Value) {
    this.type = type;
    this.value = value;
  }
}

export type Value =
  | null
  | string
  | boolean
  | number
  | BigNumber
  | Unknown
  | Dynamic
  /** Lists, sets and tuples. */
  | readonly Value[]
  /** Objects and maps. */
  | ObjectValue;

export interface ObjectValue {
  readonly [name: string]: Value;
}

/** Whether all of it is known. */
export function isKnown(value: Value): boolean {
  if (value instanceof Unknown) return false;
  if (value instanceof Dynamic) return isKnown(value.value);
  if (value === null || typeof value !== 'object' || value instanceof BigNumber) return true;
  return Object.values(value).every(isKnown);
}

/** Objects and maps. */
export function isObject(value: Value | undefined): value is ObjectValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof BigNumber || value instanceof Unknown || value instanceof Dynamic)
  );
}
