/**
 * What is not known yet, over the wire: an extension of type 0 where nothing is known of it, else one of type 12
 * with a map of small numbers to refinements (go-cty, cty/msgpack/unknown.go).
 */
import { decodeMulti, encode as pack, ExtData } from '@msgpack/msgpack';
import { numberFromWire, numberToWire } from './numbers.ts';
import { UNKNOWN, Unknown, type NumberBound, type Refinement } from './values.ts';

const PLAIN = 0;
const REFINED = 12;
/** As go-cty has it: no honest refinement is longer. */
const MAX_REFINEMENT_BYTES = 1024;

const IS_NULL = 1;
const STRING_PREFIX = 2;
const NUMBER_LOWER = 3;
const NUMBER_UPPER = 4;
const LENGTH_LOWER = 5;
const LENGTH_UPPER = 6;

/** @throws Error where a refinement cannot be read */
export function decodeUnknown(wire: ExtData): Unknown {
  const data = typeof wire.data === 'function' ? wire.data(0) : wire.data;
  if (data.length <= 1) return UNKNOWN;
  if (wire.type !== REFINED) throw new Error(`unreadable MessagePack: extension ${wire.type}`);
  if (data.length > MAX_REFINEMENT_BYTES) throw new Error('an unknown value is told of at too great length');
  const refinement = Object.fromEntries(mapEntries(data).flatMap(([key, value]) => refinementOf(key, value)));
  return Object.keys(refinement).length === 0 ? UNKNOWN : new Unknown(refinement);
}

export function encodeUnknown({ refinement }: Unknown): ExtData {
  const entries = refinement ? wireEntries(refinement) : [];
  if (entries.length === 0) return new ExtData(PLAIN, new Uint8Array([0]));
  const parts = entries.flatMap(([key, value]) => [pack(key), pack(value, { useBigInt64: true })]);
  // The header of a map of fewer than 16 entries is one byte.
  return new ExtData(
    REFINED,
    new Uint8Array(Buffer.concat([Uint8Array.of(0x80 | entries.length), ...parts])),
  );
}

/** The keys are numbers, which the library would refuse in a map: header first, then everything as a sequence. */
function mapEntries(data: Uint8Array): (readonly [unknown, unknown])[] {
  const count = data[0] ?? 0;
  if (count >> 4 !== 8) throw new Error('unreadable MessagePack: refinements are no map');
  const flat = [...decodeMulti(data.subarray(1), { useBigInt64: true })];
  return Array.from({ length: count & 0x0f }, (_, index) => [flat[2 * index], flat[2 * index + 1]] as const);
}

/** Refinements of a later go-cty are passed over, as go-cty itself does. */
function refinementOf(key: unknown, value: unknown): [keyof Refinement, Refinement[keyof Refinement]][] {
  switch (key) {
    case IS_NULL:
      return value === false ? [['notNull', true]] : [];
    case STRING_PREFIX:
      return typeof value === 'string' ? [['stringPrefix', value]] : [];
    case NUMBER_LOWER:
      return [['numberLower', boundOf(value)]];
    case NUMBER_UPPER:
      return [['numberUpper', boundOf(value)]];
    case LENGTH_LOWER:
      return typeof value === 'number' ? [['lengthLower', value]] : [];
    case LENGTH_UPPER:
      return typeof value === 'number' ? [['lengthUpper', value]] : [];
    default:
      return [];
  }
}

function boundOf(wire: unknown): NumberBound {
  const [value, inclusive] = Array.isArray(wire) ? (wire as unknown[]) : [];
  const number = numberFromWire(value);
  if (typeof inclusive === 'boolean' && number !== undefined) return { value: number, inclusive };
  throw new Error('unreadable MessagePack: a bound is no pair of a number and whether it is included');
}

function wireEntries(refinement: Refinement): [number, unknown][] {
  const { notNull, stringPrefix, numberLower, numberUpper, lengthLower, lengthUpper } = refinement;
  const all: [number, unknown][] = [
    [IS_NULL, notNull ? false : undefined],
    [STRING_PREFIX, stringPrefix],
    [NUMBER_LOWER, numberLower && wireBound(numberLower)],
    [NUMBER_UPPER, numberUpper && wireBound(numberUpper)],
    [LENGTH_LOWER, lengthLower],
    [LENGTH_UPPER, lengthUpper],
  ];
  return all.filter(([, value]) => value !== undefined);
}

function wireBound({ value, inclusive }: NumberBound): unknown {
  return [numberToWire(value), inclusive];
}
