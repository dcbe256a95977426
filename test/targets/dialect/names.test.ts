import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { namer, shortNames, type NameRules } from '../../../src/targets/dialect/names.ts';

const letters = (text: string) => fc.constantFrom(...Array.from(text));
/** Ids that differ late, in case, or by characters that devices do not take. */
const id = fc
  .tuple(letters('aAbz09'), fc.string({ unit: letters('aA0_.-'), maxLength: 62 }))
  .map(([first, rest]) => first + rest);
const ids = fc.uniqueArray(fc.oneof(id, fc.constantFrom('a'.repeat(63), `${'a'.repeat(62)}b`)), {
  maxLength: 40,
});
const rules: fc.Arbitrary<NameRules> = fc.record({
  max: fc.integer({ min: 6, max: 63 }),
  without: fc.constantFrom('', '.', '-', '.-', '_.-'),
  ignoresCase: fc.boolean(),
});

describe('short names', () => {
  test('are distinct, within the length, and of the characters that the device takes', () => {
    fc.assert(
      fc.property(ids, rules, (given, limits) => {
        const names = [...shortNames(given, limits).values()];
        const compared = limits.ignoresCase ? names.map((name) => name.toLowerCase()) : names;
        assert.equal(new Set(compared).size, given.length);
        for (const name of names) {
          assert.ok(name.length <= limits.max, name);
          assert.match(name, /^[A-Za-z0-9][A-Za-z0-9_.-]*$/);
          for (const character of limits.without ?? '') assert.ok(!name.includes(character), name);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('do not depend on the order of ids', () => {
    fc.assert(
      fc.property(ids, rules, (given, limits) => {
        const there = shortNames(given, limits);
        const back = shortNames([...given].reverse(), limits);
        for (const one of given) assert.equal(there.get(one), back.get(one));
      }),
    );
  });

  test('are the ids themselves where they fit, and stay as they are when other ids come', () => {
    const limits = { max: 15, ignoresCase: true };
    const long = 'media-node-in-seoul-1';
    const alone = shortNames([long], limits).get(long);
    const among = shortNames([long, 'media-node-in-seoul-2', 'sfu-1', 'SFU-1'], limits);
    assert.equal(among.get('sfu-1'), 'sfu-1');
    assert.equal(among.get(long), alone);
    assert.match(alone ?? '', /^media-no-[a-z2-9]{6}$/);
    assert.match(among.get('SFU-1') ?? '', /^SFU-1-[a-z2-9]{6}$/);
  });

  test('make way for an id that looks like one', () => {
    const limits = { max: 15 };
    const long = 'x'.repeat(20);
    const taken = shortNames([long], limits).get(long)!;
    const names = shortNames([long, taken], limits);
    assert.equal(names.get(taken), taken);
    assert.notEqual(names.get(long), taken);
  });

  test('of keys that are no ids are never the ids that they are made of', () => {
    const names = shortNames(['public', 'public/2', 'public2'], { max: 20 });
    assert.equal(names.get('public'), 'public');
    assert.match(names.get('public/2') ?? '', /^public2-[a-z2-9]{6}$/);
  });

  test('are looked up by ids that were given only', () => {
    const name = namer(['a'], { max: 8 });
    assert.equal(name('a'), 'a');
    assert.throws(() => name('b'), /no name was made for b/);
  });
});
