/**
 * Values over the wire: MessagePack as go-cty writes it (its folder cty/msgpack). The type says how to read and
 * write: the wire itself does not tell a list from a set, or an object from a map.
 */
import { decode as unpack, encode as pack, ExtData, ExtensionCodec } from '@msgpack/msgpack';
import type { AttributePath } from './diagnostics.ts';
import { numberFromWire, numberToWire } from './numbers.ts';
import { decodeUnknown, encodeUnknown } from './unknown-codec.ts';
import type { Type } from './types.ts';
import { BigNumber, Dynamic, Unknown, type Value } from './values.ts';

/** A value that is not of its type. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
  readonly path: AttributePath;

  constructor(path: AttributePath, message: string) {
    super(path.length === 0 ? message : `${path.join('.')}: ${message}`);
    this.path = path;
  }
}

// A map of the user's may have any key, `__proto__` too, which the library refuses: so no key is its own word.
const KEY_MARK = '=';
const utf8 = new TextDecoder();

const extensionCodec = new ExtensionCodec();
for (const type of [0, 12]) {
  extensionCodec.register({ type, encode: () => null, decode: (data) => new ExtData(type, data) });
}

const unpacking = {
  extensionCodec,
  useBigInt64: true,
  keyDecoder: {
    canBeCached: () => true,
    decode: (bytes: Uint8Array, offset: number, length: number) =>
      `${KEY_MARK}${utf8.decode(bytes.subarray(offset, offset + length))}`,
  },
};

/** @throws CodecError where the bytes are no value of the type */
export function decodeValue(bytes: Uint8Array, type: Type): Value {
  let wire: unknown;
  try {
    wire = unpack(bytes, unpacking);
  } catch (error) {
    throw new CodecError(
      [],
      `unreadable MessagePack: ${error instanceof Error ? error.message : 'not one value'}`,
    );
  }
  return fromWire(wire, type, []);
}

/** Keys are sorted: the same value is the same bytes. @throws CodecError where the value is not of the type */
export function encodeValue(value: Value, type: Type): Uint8Array {
  return pack(toWire(value, type, []), { sortKeys: true, useBigInt64: true });
}

function fromWire(wire: unknown, type: Type, path: AttributePath): Value {
  if (wire === null || wire === undefined) return null;
  if (wire instanceof ExtData) return decodeUnknown(wire);
  if (typeof type === 'string') return primitiveFromWire(wire, type, path);
  switch (type[0]) {
    case 'list':
    case 'set': {
      const element = type[1];
      return array(wire, path).map((one, index) => fromWire(one, element, [...path, index]));
    }
    case 'tuple': {
      const elements = array(wire, path);
      if (elements.length !== type[1].length) throw mismatch(path, `a tuple of ${type[1].length}`, wire);
      return type[1].map((element, index) => fromWire(elements[index], element, [...path, index]));
    }
    case 'map':
      return Object.fromEntries(
        entries(wire, path).map(([key, one]) => [key, fromWire(one, type[1], [...path, key])]),
      );
    case 'object': {
      const found = new Map(entries(wire, path));
      const extra = [...found.keys()].find((key) => !Object.hasOwn(type[1], key));
      if (extra !== undefined) throw new CodecError([...path, extra], 'the schema has no such attribute');
      return Object.fromEntries(
        Object.entries(type[1]).map(([key, one]) => [key, fromWire(found.get(key), one, [...path, key])]),
      );
    }
  }
}

function primitiveFromWire(wire: unknown, type: Type & string, path: AttributePath): Value {
  switch (type) {
    case 'string':
      if (typeof wire === 'string') return wire;
      break;
    case 'bool':
      if (typeof wire === 'boolean') return wire;
      break;
    case 'number':
      return numberFromWire(wire) ?? fail(path, type, wire);
    case 'dynamic':
      if (Array.isArray(wire) && wire.length === 2 && wire[0] instanceof Uint8Array) {
        const own = JSON.parse(utf8.decode(wire[0])) as Type;
        return new Dynamic(own, fromWire(wire[1], own, path));
      }
  }
  throw mismatch(path, type, wire);
}

function toWire(value: Value, type: Type, path: AttributePath): unknown {
  if (value === null) return null;
  if (value instanceof Unknown) return encodeUnknown(value);
  if (typeof type === 'string') return primitiveToWire(value, type, path);
  switch (type[0]) {
    case 'list':
    case 'set': {
      const element = type[1];
      return array(value, path).map((one, index) => toWire(one as Value, element, [...path, index]));
    }
    case 'tuple': {
      const elements = array(value, path);
      if (elements.length !== type[1].length) throw mismatch(path, `a tuple of ${type[1].length}`, value);
      return type[1].map((element, index) => toWire(elements[index] as Value, element, [...path, index]));
    }
    case 'map':
      return Object.fromEntries(
        Object.entries(record(value, path)).map(([key, one]) => [
          key,
          toWire(one as Value, type[1], [...path, key]),
        ]),
      );
    case 'object': {
      const found = record(value, path);
      const extra = Object.keys(found).find((key) => !Object.hasOwn(type[1], key));
      if (extra !== undefined) throw new CodecError([...path, extra], 'the schema has no such attribute');
      return Object.fromEntries(
        Object.entries(type[1]).map(([key, one]) => [
          key,
          toWire((Object.hasOwn(found, key) ? found[key] : null) as Value, one, [...path, key]),
        ]),
      );
    }
  }
}

function primitiveToWire(value: Value, type: Type & string, path: AttributePath): unknown {
  switch (type) {
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'bool':
      if (typeof value === 'boolean') return value;
      break;
    case 'number':
      if (value instanceof BigNumber) return numberToWire(value);
      if (typeof value === 'number' && !Number.isNaN(value)) return numberToWire(value);
      break;
    case 'dynamic':
      if (value instanceof Dynamic) {
        return [new TextEncoder().encode(JSON.stringify(value.type)), toWire(value.value, value.type, path)];
      }
  }
  throw mismatch(path, type, value);
}

function fail(path: AttributePath, wanted: string, found: unknown): never {
  throw mismatch(path, wanted, found);
}

function array(value: unknown, path: AttributePath): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw mismatch(path, 'a list', value);
}

function entries(wire: unknown, path: AttributePath): (readonly [string, unknown])[] {
  return Object.entries(record(wire, path)).map(([key, one]) => [key.slice(KEY_MARK.length), one] as const);
}

function record(value: unknown, path: AttributePath): Readonly<Record<string, unknown>> {
  const plain =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
  if (plain) return value as Record<string, unknown>;
  throw mismatch(path, 'an object', value);
}

/** Tells what kind of thing was found, never the value: it may be a secret. */
function mismatch(path: AttributePath, wanted: string, found: unknown): CodecError {
  const kind = Array.isArray(found)
    ? 'list'
    : found instanceof Object
      ? found.constructor.name
      : typeof found;
  return new CodecError(path, `expected ${wanted}, found ${kind.toLowerCase()}`);
}
