import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import xxhash from 'xxhash-wasm';
import { finalMix, hash32, hashBytes, hashRoom } from '../../src/placement/hash.ts';

const oracle = await xxhash();
const PRIME32 = 2_654_435_761;

/** The input of xxHash's own self-test: cli/xsum_sanity_check.c, XSUM_fillTestBuffer. */
function sanityBuffer(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let generator = BigInt(PRIME32);
  for (let i = 0; i < length; i++) {
    bytes[i] = Number(generator >> 56n);
    generator = BigInt.asUintN(64, generator * 11_400_714_785_074_694_797n);
  }
  return bytes;
}

describe('XXH32', () => {
  test("gives the values of xxHash's own self-test", () => {
    // cli/xsum_sanity_check.c: length, seed, result.
    const vectors = [
      [0, 0, 0x02cc5d05],
      [0, PRIME32, 0x36b78ae7],
      [1, 0, 0xcf65b03e],
      [1, PRIME32, 0xb4545aa4],
      [14, 0, 0x1208e7e2],
      [14, PRIME32, 0x6af1d1fe],
      [222, 0, 0x5bd11dbd],
      [222, PRIME32, 0x58803c5f],
    ] as const;
    for (const [length, seed, expected] of vectors) {
      assert.equal(hashBytes(sanityBuffer(length), seed), expected, `length ${length}, seed ${seed}`);
    }
  });

  test('gives the published values for strings', () => {
    const vectors: [string, number][] = [
      ['', 0x02cc5d05],
      ['a', 0x550d7456],
      ['as', 0x9d5a0464],
      ['asd', 0x3d83552b],
      ['asdf', 0x5e702c32],
      ['abc', 0x32d153ff],
      ['Nobody inspects the spammish repetition', 0xe2293b2f],
      ['Call me Ishmael. Some years ago--never mind how long precisely-', 0x6f320359],
    ];
    for (const [text, expected] of vectors) assert.equal(hashRoom(text), expected, text);
  });

  test('agrees with xxhash-wasm on any text, however short, long or foreign', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ minLength: 300, maxLength: 2000 }),
    );
    fc.assert(
      fc.property(text, fc.nat(0xffff_ffff), (value, seed) => {
        assert.equal(hash32(value, seed), oracle.h32(value, seed));
      }),
      { numRuns: 200 },
    );
  });

  test('agrees with xxhash-wasm on every length up to 300, in ASCII and beyond', () => {
    for (let length = 0; length <= 300; length++) {
      const ascii = 'r'.repeat(length);
      const umlauts = 'ä'.repeat(length);
      assert.equal(hashRoom(ascii), oracle.h32(ascii, 0));
      assert.equal(hashRoom(umlauts), oracle.h32(umlauts, 0));
    }
  });

  test('takes a lone surrogate for U+FFFD, as TextEncoder does', () => {
    assert.equal(hashRoom('a\ud800b'), hashRoom('a\ufffdb'));
    assert.equal(hashRoom('\udc00 and then some more text'), hashRoom('\ufffd and then some more text'));
  });

  test('is an unsigned number', () => {
    assert.ok(hashRoom('abcdef') >= 0);
    fc.assert(
      fc.property(fc.string(), (value) => {
        const hash = hashRoom(value);
        assert.equal(hash, hash >>> 0);
      }),
    );
  });
});

test('the final mix maps no two of a million numbers to the same one', () => {
  const seen = new Set<number>();
  for (let i = 0; i < 1_000_000; i++) seen.add(finalMix(Math.imul(i, 4099)));
  assert.equal(seen.size, 1_000_000);
});
