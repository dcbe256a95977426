/** Numbers of objects on devices that know them by number. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { numbered } from '../../../src/targets/dialect/numbers.ts';

const range = { first: 501, last: 560 };
const keys = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 60 });

describe('numbers of keys', () => {
  test('are distinct, in range, and the same whatever the order', () => {
    fc.assert(
      fc.property(keys, (list) => {
        const numbers = numbered(list, range);
        assert.equal(new Set(numbers.values()).size, list.length);
        for (const number of numbers.values()) assert.ok(number >= range.first && number <= range.last);
        assert.deepEqual(numbered([...list].reverse(), range), numbers);
      }),
    );
  });

  test('stay where no two keys want one', () => {
    const alone = numbered(['b'], range).get('b');
    assert.equal(numbered(['a', 'b', 'c'], range).get('b'), alone);
    assert.equal(numbered(['a'], { first: 7, last: 7 }).get('a'), 7);
  });

  test('are refused to more keys than there are', () => {
    assert.throws(() => numbered(['a', 'b'], { first: 7, last: 7 }), /no number left for b/);
  });
});
