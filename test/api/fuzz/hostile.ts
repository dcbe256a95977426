/** Text and JSON that programs trip over. */
import fc from 'fast-check';

const TRAPS = [
  ...['', ' ', '.', '..', '../../etc/passwd', '%00', '%ff', '\u0000', '\r\nset-cookie: a=b', '\u001b[2J'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'NaN', '-0', '1e400', '0x10'],
  ...['a;b', "'; --", '"', '${7*7}', '{{7*7}}', '<script>', '\u202e', '\ufeff', 'ｓfu-1', '\u0430', '😀'],
  ...['a'.repeat(257), 'é'.repeat(128), '/'.repeat(300), '9'.repeat(400)],
];

/** Well-formed Unicode: what is not cannot be percent-encoded, nor does it come out of a JSON parser's input. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TRAPS),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

export const hostileJson: fc.Arbitrary<fc.JsonValue> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  hostileText,
  fc.constantFrom(0, -1, 1e308, 2 ** 53, 0.5, true, null),
  fc.constant(JSON.parse('{"__proto__": {"polluted": true}}') as fc.JsonValue),
  fc.array(hostileText, { maxLength: 50 }),
  fc.dictionary(hostileText, fc.jsonValue(), { maxKeys: 5 }),
  fc.integer({ min: 1, max: 4000 }).map((levels) => nested(levels)),
);

function nested(levels: number): fc.JsonValue {
  let value: fc.JsonValue = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Values of which one part, at any depth, was replaced by something hostile. */
export function byMistake(values: fc.Arbitrary<fc.JsonValue>): fc.Arbitrary<fc.JsonValue> {
  return fc
    .tuple(values, hostileJson, fc.array(fc.nat(), { maxLength: 4 }))
    .map(([v, h, at]) => put(v, h, at));
}

function put(value: fc.JsonValue, hostile: fc.JsonValue, [at, ...deeper]: readonly number[]): fc.JsonValue {
  if (at === undefined || typeof value !== 'object' || value === null) return hostile;
  if (Array.isArray(value)) {
    return value.map((one, i) => (i === at % value.length ? put(one, hostile, deeper) : one));
  }
  const keys = Object.keys(value);
  return Object.fromEntries(
    keys.map((key, i) => [key, i === at % keys.length ? put(value[key]!, hostile, deeper) : value[key]!]),
  );
}
