import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest } from '../../src/topology/nearest.ts';

const KEYS = [
  'id',
  'kind',
  'vip',
  'addresses',
  'zone',
  'weight',
  'signallingPort',
  'mediaPorts',
  'healthPort',
  'stunPort',
];

describe('the nearest word', () => {
  const SLIPS: readonly (readonly [string, string | undefined])[] = [
    ['wieght', 'weight'],
    ['adress', 'addresses'],
    ['media_ports', 'mediaPorts'],
    ['MEDIAPORTS', 'mediaPorts'],
    ['signalingPort', 'signallingPort'],
    ['vips', 'vip'],
    ['ip', 'id'],
    ['name', undefined],
    ['comment', undefined],
    ['x'.repeat(1000), undefined],
  ];
  for (const [slip, meant] of SLIPS) {
    test(`to ${slip.slice(0, 20)} is ${meant ?? 'none'}`, () => assert.equal(nearest(slip, KEYS), meant));
  }
});

describe('the distance of two words', () => {
  test('counts swaps of neighbours once', () => {
    assert.equal(editDistance('wieght', 'weight'), 1);
    assert.equal(editDistance('kitten', 'sitting'), 3);
    assert.equal(editDistance('', 'abc'), 3);
  });

  test('is none to itself, the same both ways, and at most the longer length', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        assert.equal(distance === 0, a === b);
        assert.equal(distance, editDistance(b, a));
        assert.ok(distance <= Math.max(a.length, b.length));
      }),
    );
  });
});
