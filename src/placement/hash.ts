/**
 * XXH32, the one hash behind every placement: non-cryptographic, well mixed in all 32 bits, with published
 * test vectors. Constants and steps are those of the xxHash specification
 * (github.com/Cyan4973/xxHash, doc/xxhash_spec.md, "XXH32 algorithm description").
 */

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

/** From this many bytes on, XXH32 runs four lanes over stripes of this length. */
const STRIPE = 16;

/** UTF-8 needs at most three bytes for a UTF-16 code unit. */
const BYTES_PER_UNIT = 3;

const encoder = new TextEncoder();
const scratch = new Uint8Array(1024);

/** The key under which a room is placed: XXH32 with seed 0 of its UTF-8 bytes, 0 … 2^32 − 1. */
export function hashRoom(room: string): number {
  return hash32(room, 0);
}

/**
 * XXH32 of the UTF-8 bytes of `text`, as an unsigned 32-bit number. A lone surrogate counts as U+FFFD,
 * which is how TextEncoder, and so everything that sends the name over a wire, writes it.
 */
export function hash32(text: string, seed: number): number {
  const length = text.length;
  if (length >= STRIPE) return hashEncoded(text, seed);
  // The common case, a short ASCII name, is hashed from its code units: no bytes are written anywhere.
  let hash = (seed + PRIME_5 + length) | 0;
  let seen = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    seen |= a | b | c | d;
    hash = mixWord(hash, a | (b << 8) | (c << 16) | (d << 24));
  }
  for (; i < length; i++) {
    const unit = text.charCodeAt(i);
    seen |= unit;
    hash = mixByte(hash, unit);
  }
  return seen < 0x80 ? finalMix(hash) >>> 0 : hashEncoded(text, seed);
}

/** XXH32 of the first `length` bytes, as an unsigned 32-bit number. */
export function hashBytes(bytes: Uint8Array, seed: number, length = bytes.length): number {
  let hash: number;
  let i = 0;
  if (length >= STRIPE) {
    let lane1 = (seed + PRIME_1 + PRIME_2) | 0;
    let lane2 = (seed + PRIME_2) | 0;
    let lane3 = seed | 0;
    let lane4 = (seed - PRIME_1) | 0;
    for (; i + STRIPE <= length; i += STRIPE) {
      lane1 = mixLane(lane1, wordAt(bytes, i));
      lane2 = mixLane(lane2, wordAt(bytes, i + 4));
      lane3 = mixLane(lane3, wordAt(bytes, i + 8));
      lane4 = mixLane(lane4, wordAt(bytes, i + 12));
    }
    hash = rotate(lane1, 1) + rotate(lane2, 7) + rotate(lane3, 12) + rotate(lane4, 18);
  } else {
    hash = seed + PRIME_5;
  }
  hash = (hash + length) | 0;
  for (; i + 4 <= length; i += 4) hash = mixWord(hash, wordAt(bytes, i));
  for (; i < length; i++) hash = mixByte(hash, bytes[i] ?? 0);
  return finalMix(hash) >>> 0;
}

/**
 * A bijection of the 32-bit integers under which every input bit reaches every output bit: XXH32's last
 * step. Signed.
 */
export function finalMix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 15), PRIME_2);
  h = Math.imul(h ^ (h >>> 13), PRIME_3);
  return h ^ (h >>> 16);
}

function hashEncoded(text: string, seed: number): number {
  if (text.length * BYTES_PER_UNIT > scratch.length) return hashBytes(encoder.encode(text), seed);
  return hashBytes(scratch, seed, encoder.encodeInto(text, scratch).written);
}

/** Four bytes, little-endian on every machine. */
function wordAt(bytes: Uint8Array, i: number): number {
  return (
    (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24)
  );
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function mixLane(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);
}

function mixWord(hash: number, word: number): number {
  return Math.imul(rotate((hash + Math.imul(word, PRIME_3)) | 0, 17), PRIME_4);
}

function mixByte(hash: number, byte: number): number {
  return Math.imul(rotate((hash + Math.imul(byte, PRIME_5)) | 0, 11), PRIME_1);
}
