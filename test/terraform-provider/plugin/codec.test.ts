import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CodecError, decodeValue, encodeValue } from '../../../src/terraform-provider/plugin/codec.ts';
import { equal } from '../../../src/terraform-provider/plugin/same.ts';
import type { Type } from '../../../src/terraform-provider/plugin/types.ts';
import {
  BigNumber,
  Dynamic,
  UNKNOWN,
  Unknown,
  type Refinement,
  type Value,
} from '../../../src/terraform-provider/plugin/values.ts';

function bytes(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
}

function hex(value: Value, type: Type): string {
  return Buffer.from(encodeValue(value, type)).toString('hex');
}

describe('what Terraform 1.11.4 sent', () => {
  // Attributes of a configuration, each as it came over the wire.
  const dynamic = (type: string, value: string) =>
    `92 c4 ${(type.length + 0x100).toString(16).slice(1)} ${Buffer.from(type).toString('hex')} ${value}`;
  const vectors: readonly [string, Type, Value, string][] = [
    ['0.8', 'dynamic', new Dynamic('number', 0.8), dynamic('"number"', 'a3302e38')],
    ['0.1 + 0.2', 'dynamic', new Dynamic('number', 0.3), dynamic('"number"', 'a3302e33')],
    ['1.5', 'dynamic', new Dynamic('number', 1.5), dynamic('"number"', 'cb3ff8000000000000')],
    ['-129', 'dynamic', new Dynamic('number', -129), dynamic('"number"', 'd1ff7f')],
    ['70000', 'dynamic', new Dynamic('number', 70000), dynamic('"number"', 'ce00011170')],
    [
      '9007199254740993',
      'dynamic',
      new Dynamic('number', new BigNumber('9007199254740993')),
      dynamic('"number"', 'cf0020000000000001'),
    ],
    [
      '9223372036854775807',
      'dynamic',
      new Dynamic('number', new BigNumber('9223372036854775807')),
      dynamic('"number"', 'cf7fffffffffffffff'),
    ],
    [
      '-9223372036854775808',
      'dynamic',
      new Dynamic('number', new BigNumber('-9223372036854775808')),
      dynamic('"number"', 'd38000000000000000'),
    ],
    [
      '18446744073709551617',
      'dynamic',
      new Dynamic('number', new BigNumber('18446744073709551617')),
      dynamic('"number"', 'b43138343436373434303733373039353531363137'),
    ],
    [
      '1e50',
      'dynamic',
      new Dynamic('number', 1e50),
      dynamic('"number"', `d933${Buffer.from(`1${'0'.repeat(50)}`).toString('hex')}`),
    ],
    [
      '[1, "a", null, true]',
      'dynamic',
      new Dynamic(['tuple', ['number', 'string', 'dynamic', 'bool']], [1, 'a', null, true]),
      dynamic('["tuple",["number","string","dynamic","bool"]]', '9401a161c0c3'),
    ],
    [
      'toset(["b", "a"])',
      'dynamic',
      new Dynamic(['set', 'string'], ['a', 'b']),
      dynamic('["set","string"]', '92a161a162'),
    ],
    [
      '{ x = (unknown), y = tomap({ q = "ü" }) }',
      'dynamic',
      new Dynamic(['object', { x: 'string', y: ['map', 'string'] }], {
        x: new Unknown({ notNull: true }),
        y: { q: 'ü' },
      }),
      dynamic('["object",{"x":"string","y":["map","string"]}]', '82a178c7030c8101c2a17981a171a2c3bc'),
    ],
    ['(unknown)', 'dynamic', UNKNOWN, 'd40000'],
    ['(unknown list)', ['list', 'string'], UNKNOWN, 'd40000'],
    [
      '"foo-${unknown}"',
      'string',
      new Unknown({ notNull: true, stringPrefix: 'foo-' }),
      'c7090c8201c202a4666f6f2d',
    ],
    [
      '{ a = "x", b = [3, 1, 300, 2] }',
      ['object', { a: 'string', b: ['set', 'number'] }, ['b']],
      { a: 'x', b: [1, 2, 3, 300] },
      '82a161a178a16294010203cd012c',
    ],
    ['null', ['map', 'string'], null, 'c0'],
  ];
  for (const [text, type, value, wire] of vectors) {
    test(text, () => {
      assert.deepEqual(decodeValue(bytes(wire), type), value);
      assert.equal(hex(value, type), wire.replaceAll(' ', ''));
    });
  }
});

describe('what go-cty writes (cty/msgpack/unknown.go)', () => {
  const vectors: readonly [Type, Refinement, string][] = [
    ['bool', { notNull: true }, 'c7030c8101c2'],
    ['number', { numberLower: { value: 0, inclusive: true } }, 'c7050c81039200c3'],
    [
      'number',
      {
        notNull: true,
        numberLower: { value: 0, inclusive: false },
        numberUpper: { value: 0.8, inclusive: true },
      },
      'c70e0c 83 01c2 039200c2 0492a3302e38c3',
    ],
    [['list', 'string'], { lengthLower: 1, lengthUpper: 2 }, 'c7050c8205010602'],
  ];
  for (const [type, refinement, wire] of vectors) {
    test(JSON.stringify(refinement), () => {
      assert.deepEqual(decodeValue(bytes(wire), type), new Unknown(refinement));
      assert.equal(hex(new Unknown(refinement), type), wire.replaceAll(' ', ''));
    });
  }

  test('an unknown value without a body, and refinements of a later version, are unknown and no more', () => {
    assert.equal(decodeValue(bytes('c70000'), 'string'), UNKNOWN);
    assert.equal(decodeValue(bytes('c7030c8114c2'), 'string'), UNKNOWN);
  });
});

test('a number comes back to core as it was, bit by bit', () => {
  // A double that core computed is not the decimal that it looks like: 0.1 has 55 digits.
  const sent = encodeValue(
    new BigNumber('0.1000000000000000055511151231257827021181583404541015625'),
    'number',
  );
  const tenth = decodeValue(bytes('cb3fb999999999999a'), 'number');
  assert.ok(tenth instanceof BigNumber);
  assert.deepEqual(encodeValue(tenth, 'number'), sent);
  assert.equal(decodeValue(encodeValue(0.1, 'number'), 'number'), 0.1);
  assert.equal(decodeValue(bytes('cb7ff0000000000000'), 'number'), Infinity);
  assert.equal(decodeValue(bytes('a4316536 30'), 'number'), 1e60);
  assert.equal(decodeValue(encodeValue(5e-324, 'number'), 'number'), 5e-324);
});

test('values of any type come back as they went', () => {
  fc.assert(
    fc.property(typed(), ([type, value]) => {
      const there = decodeValue(encodeValue(value, type), type);
      assert.deepEqual(there, value);
      assert.ok(equal(there, value, type));
    }),
    { numRuns: 2000 },
  );
});

test('the same value is the same bytes, whichever order its keys have', () => {
  const type: Type = ['map', 'number'];
  assert.equal(hex({ b: 1, a: 2 }, type), hex({ a: 2, b: 1 }, type));
});

describe('what is not of its type', () => {
  const wrong: readonly [string, Type, RegExp][] = [
    ['a3 616263', 'number', /not a number/],
    ['01', 'string', /^expected string, found number$/],
    ['91 c3', ['list', 'string'], /^0: expected string, found boolean$/],
    ['81 a161 01', ['object', {}], /^a: the schema has no such attribute$/],
    ['91 01', ['tuple', ['number', 'number']], /a tuple of 2/],
    ['a1', 'string', /unreadable MessagePack/],
    ['0101', 'number', /unreadable MessagePack/],
    ['c7020a0000', 'string', /extension|expected string/],
    ['92 01 02', 'dynamic', /expected dynamic/],
  ];
  for (const [wire, type, message] of wrong) {
    test(`${wire} as ${JSON.stringify(type)}`, () =>
      assert.throws(() => decodeValue(bytes(wire), type), { message }));
  }

  test('is refused when it goes out, too, with where it is and without what it is', () => {
    const type: Type = ['object', { list: ['list', 'string'] }];
    assert.throws(
      () => encodeValue({ list: ['a', 1234] }, type),
      (error) => error instanceof CodecError && error.message === 'list.1: expected string, found number',
    );
    assert.throws(() => encodeValue({ other: null }, type), /other: the schema has no such attribute/);
    assert.throws(() => encodeValue(NaN, 'number'), /expected number/);
  });
});

/** Types up to some depth, each with a value that may be unknown or null anywhere. */
function typed(): fc.Arbitrary<readonly [Type, Value]> {
  return types().chain((type) => valueOf(type).map((value) => [type, value] as const));
}

function types(): fc.Arbitrary<Type> {
  const key = fc.oneof(fc.string({ minLength: 1, maxLength: 6 }), fc.constant('__proto__'));
  return fc.letrec<{ type: Type }>((tie) => ({
    type: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<Type>('string', 'number', 'bool', 'dynamic'),
      fc.tuple(fc.constantFrom('list' as const, 'set' as const, 'map' as const), tie('type')),
      fc.array(tie('type'), { maxLength: 3 }).map((all): Type => ['tuple', all]),
      fc
        .uniqueArray(fc.tuple(key, tie('type')), { maxLength: 4, selector: ([name]) => name })
        .map((all): Type => ['object', Object.fromEntries(all)]),
    ),
  })).type;
}

function valueOf(type: Type): fc.Arbitrary<Value> {
  const unknown = refinements(type).map((one) =>
    Object.keys(one).length === 0 ? UNKNOWN : new Unknown(one),
  );
  return fc.oneof(
    { arbitrary: knownOf(type), weight: 8 },
    { arbitrary: fc.constant(null), weight: 1 },
    { arbitrary: type === 'dynamic' ? fc.constant(UNKNOWN) : unknown, weight: 1 },
  );
}

function knownOf(type: Type): fc.Arbitrary<Value> {
  if (typeof type === 'string') {
    switch (type) {
      case 'string':
        return fc.string({ unit: 'binary' });
      case 'bool':
        return fc.boolean();
      case 'number':
        return numbers();
      case 'dynamic':
        return fc
          .constantFrom<Type>('string', 'number', ['list', 'bool'], ['object', { a: 'number' }])
          .chain((own) => valueOf(own).map((value) => new Dynamic(own, value)));
    }
  }
  switch (type[0]) {
    case 'list':
    case 'set':
      return fc.array(valueOf(type[1]), { maxLength: 4 });
    case 'map':
      return fc
        .uniqueArray(fc.tuple(fc.oneof(fc.string(), fc.constant('__proto__')), valueOf(type[1])), {
          maxLength: 4,
          selector: ([key]) => key,
        })
        .map((all) => Object.fromEntries(all));
    case 'tuple':
      return type[1].length === 0 ? fc.constant([]) : fc.tuple(...type[1].map(valueOf));
    case 'object':
      return fc
        .tuple(
          ...Object.entries(type[1]).map(([name, one]) =>
            valueOf(one).map((value) => [name, value] as const),
          ),
        )
        .map((all) => Object.fromEntries(all));
  }
}

/** Doubles, and decimals that no double stands for. */
function numbers(): fc.Arbitrary<number | BigNumber> {
  const decimals = fc
    .tuple(fc.bigInt(10n ** 20n, 10n ** 60n), fc.integer({ min: 0, max: 15 }), fc.boolean())
    .map(([digits, point, negative]) => {
      // The last digit is not 0, so that there is one way to write it.
      const text = `${digits}7`;
      const placed = point === 0 ? text : `${text.slice(0, -point)}.${text.slice(-point)}`;
      return new BigNumber(`${negative ? '-' : ''}${placed}`);
    });
  const doubles = fc.double({ noNaN: true }).map((one) => one + 0);
  return fc.oneof(doubles, fc.maxSafeInteger(), decimals);
}

function refinements(type: Type): fc.Arbitrary<Refinement> {
  const bound = fc.record({ value: numbers(), inclusive: fc.boolean() }, { noNullPrototype: true });
  const more: { [K in keyof Refinement]?: fc.Arbitrary<Refinement[K]> } =
    type === 'string'
      ? { stringPrefix: fc.string({ minLength: 1, maxLength: 20 }) }
      : type === 'number'
        ? { numberLower: bound, numberUpper: bound }
        : typeof type !== 'string' && type[0] !== 'object' && type[0] !== 'tuple'
          ? {
              lengthLower: fc.integer({ min: 1, max: 1000 }),
              lengthUpper: fc.integer({ min: 0, max: 100_000 }),
            }
          : {};
  return fc.record({ notNull: fc.constant(true), ...more }, { requiredKeys: [], noNullPrototype: true });
}
