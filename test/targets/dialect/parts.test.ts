/** The small parts that dialects of devices share. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeMessage, encodeMessage } from '../../../src/stun/message.ts';
import { hexBytes, STUN_ANSWER, STUN_REQUEST } from '../../../src/targets/dialect/stun.ts';
import { braced, indented, oneLine, separated, type Block } from '../../../src/targets/dialect/text.ts';
import { inUnits } from '../../../src/targets/dialect/times.ts';
import { scaleWeights } from '../../../src/targets/dialect/weights.ts';

const weights = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 20 });

describe('scaled weights', () => {
  test('are in range, 0 only where it was 0, and in the same order', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 255 }), (given, max) => {
        const { weights: scaled, exact } = scaleWeights(given, max);
        scaled.forEach((weight, i) => {
          assert.ok(Number.isInteger(weight) && weight >= 0 && weight <= max);
          assert.equal(weight === 0, given[i] === 0);
          given.forEach((other, j) => {
            if (given[i]! >= other) assert.ok(weight >= scaled[j]!);
            if (exact) assert.equal(weight * other, scaled[j]! * given[i]!);
          });
        });
      }),
    );
  });

  test('stay as they are where they fit, are reduced where that is enough, else rounded', () => {
    assert.deepEqual(scaleWeights([10, 100], 100), { weights: [10, 100], exact: true });
    assert.deepEqual(scaleWeights([100, 0, 200], 100), { weights: [1, 0, 2], exact: true });
    assert.deepEqual(scaleWeights([1, 101, 255], 48), { weights: [1, 19, 48], exact: false });
    assert.deepEqual(scaleWeights([], 48), { weights: [], exact: true });
  });
});

describe('times in units', () => {
  const minutes = { unit: 60, min: 2, max: 30, step: 2 };

  test('are never shorter than asked, unless the device has no longer one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400 }), (seconds) => {
        const units = inUnits(seconds, minutes);
        assert.ok(units >= 2 && units <= 30 && units % 2 === 0);
        assert.ok(units === 30 || units * 60 >= seconds);
        assert.ok(units === 2 || (units - 2) * 60 < seconds);
      }),
    );
  });
});

describe('the STUN request of monitors', () => {
  test('is the Binding request that a media node answers, and its answer begins as monitors expect', () => {
    assert.equal(hexBytes(STUN_REQUEST), '000100002112a442526f6f6d4c422d70726f6265');
    const request = decodeMessage(STUN_REQUEST);
    assert.deepEqual([request.class, request.method, request.notUnderstood], ['request', 1, []]);
    const answer = encodeMessage({ class: 'success', transactionId: request.transactionId });
    assert.deepEqual(answer.subarray(0, 2), STUN_ANSWER);
    assert.equal(hexBytes(STUN_ANSWER, ' ', '0x'), '0x01 0x01');
  });
});

describe('text of blocks', () => {
  const block: Block = { head: 'a', body: ['b', { head: 'c', body: ['d'] }, { head: 'e', body: [] }] };

  test('is indented, braced, separated, or one line', () => {
    assert.deepEqual(indented([block], ' '), ['a', ' b', ' c', '  d', ' e']);
    assert.deepEqual(separated([block, 'f'], ' ', '!'), ['!', 'a', ' b', ' c', '  d', ' e', '!', 'f']);
    assert.deepEqual(braced([block], '  '), ['a {', '  b', '  c {', '    d', '  }', '  e { }', '}']);
    assert.equal(oneLine(block), 'a b c d e');
  });
});
