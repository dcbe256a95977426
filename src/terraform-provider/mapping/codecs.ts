/** One codec for each form that values of the topology have. */
import { isRecord } from '../../json.ts';
import { BigNumber, isKnown, Unknown, type ObjectValue, type Value } from '../plugin/values.ts';
import type { Codec, DocumentPath, Mapping } from './mapping.ts';
import { sameText, sameTexts, type Canonical } from './same.ts';

/** What is not known is left out, and told. */
function known(encode: (value: Value) => unknown): Codec['encode'] {
  return (value, path, unknown) => {
    if (isKnown(value)) return encode(value);
    unknown.push(path);
    return undefined;
  };
}

const here = () => [];

function mismatch(wanted: string, json: unknown): TypeError {
  return new TypeError(`${wanted} was expected, found ${JSON.stringify(json).slice(0, 100)}`);
}

export function text(canonical?: Canonical): Codec {
  return {
    shape: { type: 'string', ...(canonical && { same: sameText(canonical) }) },
    encode: known((value) => value),
    decode: (json) => {
      if (typeof json !== 'string') throw mismatch('a text', json);
      return json;
    },
    locate: here,
  };
}

export const number: Codec = {
  shape: { type: 'number' },
  encode: known((value) => (value instanceof BigNumber ? Number(value.text) : value)),
  decode: (json) => {
    if (typeof json !== 'number') throw mismatch('a number', json);
    return json;
  },
  locate: here,
};

export const boolean: Codec = {
  shape: { type: 'bool' },
  encode: known((value) => value),
  decode: (json) => {
    if (typeof json !== 'boolean') throw mismatch('true or false', json);
    return json;
  },
  locate: here,
};

/** A text that may look like a number, as ports do. */
export function textOrNumber(canonical?: Canonical): Codec {
  const inner = text(canonical);
  return { ...inner, decode: (json) => (typeof json === 'number' ? String(json) : inner.decode(json)) };
}

/** `off`, or what the other takes, as a text: Terraform makes one of a number. */
export function orOff(inner: Codec, canonical?: Canonical): Codec {
  const isNumber = inner.shape.type === 'number';
  const spelling = isNumber ? (value: string) => String(numberIn(value) ?? value) : canonical;
  return {
    shape: { type: 'string', ...(spelling && { same: sameText(spelling) }) },
    // What is no number goes as it is, for the topology to say what is wrong with it.
    encode: known((value) => (isNumber ? (numberIn(asText(value)) ?? value) : value)),
    decode: (json) => (json === false || json === 'off' ? 'off' : asText(inner.decode(json))),
    locate: here,
  };
}

function asText(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function numberIn(value: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** A list, or a set where the order of its texts or numbers tells nothing. */
export function items(
  inner: Codec,
  { ordered, canonical }: { ordered: boolean; canonical?: Canonical | undefined },
): Codec {
  const { type } = inner.shape;
  if (type === undefined) return objects(inner);
  return {
    shape: {
      type: [ordered ? 'list' : 'set', type],
      ...(canonical && { same: sameTexts(canonical, ordered) }),
    },
    encode: (value, path, unknown) => {
      if (!isKnown(value)) return void unknown.push(path);
      return (value as readonly Value[]).map((one, index) => inner.encode(one, [...path, index], unknown));
    },
    // Two lists of one set are then the same.
    decode: (json) =>
      ordered ? listOf(json).map(inner.decode) : listOf(json).map(inner.decode).sort(byText),
    // Items of a set have no place that could be pointed to.
    locate: ([index, ...rest]) =>
      ordered && typeof index === 'number' ? [index, ...inner.locate(rest)] : [],
  };
}

function objects(inner: Codec): Codec {
  const { nested } = inner.shape;
  if (!nested) throw new Error('lists are of texts, numbers or objects');
  return {
    shape: { nested: { nesting: 'list', attributes: nested.attributes } },
    encode: (value, path, unknown) => {
      if (value instanceof Unknown) return void unknown.push(path);
      return (value as readonly Value[]).map(
        (one, index) => inner.encode(one, [...path, index], unknown) ?? {},
      );
    },
    decode: (json) => listOf(json).map(inner.decode),
    locate: ([index, ...rest]) => (typeof index === 'number' ? [index, ...inner.locate(rest)] : []),
  };
}

export function object(mapping: Mapping): Codec {
  return {
    shape: { nested: { nesting: 'single', attributes: mapping.attributes } },
    encode: (value, path, unknown) => {
      if (value instanceof Unknown) return void unknown.push(path);
      const { document, unknown: inside } = mapping.toDocument(value as ObjectValue);
      unknown.push(...inside.map((one): DocumentPath => [...path, ...one]));
      return document;
    },
    decode: (json) => {
      if (!isRecord(json)) throw mismatch('an object', json);
      return mapping.toValues(json);
    },
    locate: mapping.locate,
  };
}

/**
 * An object that can be `off` where leaving it out does not mean that: `enabled = false` says it.
 *
 * @param defaults what its members are where it is off
 */
export function switchable(mapping: Mapping, defaults: object): Codec {
  const inner = object({
    ...mapping,
    attributes: {
      enabled: { type: 'bool', presence: 'optional-computed', default: true, description: '`false`: off.' },
      ...mapping.attributes,
    },
  });
  return {
    ...inner,
    encode: (value, path, unknown) => {
      const { enabled } = value instanceof Unknown ? {} : (value as ObjectValue);
      if (enabled === false) return 'off';
      if (enabled instanceof Unknown) return void unknown.push(path);
      return inner.encode(value, path, unknown);
    },
    decode: (json) => {
      const off = json === 'off' || json === false;
      return { ...mapping.toValues(off || !isRecord(json) ? defaults : json), enabled: !off };
    },
  };
}

/** An object that is off where it is left out. */
export function orAbsent(mapping: Mapping): Codec {
  const inner = object(mapping);
  return { ...inner, decode: (json) => (json === 'off' || json === false ? null : inner.decode(json)) };
}

function byText(a: Value, b: Value): number {
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function listOf(json: unknown): readonly unknown[] {
  if (!Array.isArray(json)) throw mismatch('a list', json);
  return json;
}
