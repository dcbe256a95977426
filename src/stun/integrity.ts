import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from './crc32.ts';
import { HEADER_BYTES, type StunMessage } from './model.ts';

export const HMAC_BYTES = 20;
const ATTRIBUTE_HEADER = 4;
/** RFC 8489 section 14.7: so that a fingerprint differs from other protocols' CRCs of the same bytes. */
const FINGERPRINT_XOR = 0x5354554e;

/**
 * HMAC-SHA1 over the packet up to MESSAGE-INTEGRITY, with the header's length as if that attribute were the
 * last one (RFC 8489 section 14.5).
 *
 * @param key short-term: the password as it is (ICE passwords are ASCII, so OpaqueString changes nothing).
 */
export function computeIntegrity(packet: Buffer, integrityOffset: number, key: string | Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(integrityOffset + ATTRIBUTE_HEADER + HMAC_BYTES - HEADER_BYTES);
  return createHmac('sha1', key)
    .update(packet.subarray(0, 2))
    .update(length)
    .update(packet.subarray(4, integrityOffset))
    .digest();
}

/** Whether the packet is signed, and with this key. Compares in constant time. */
export function verifyIntegrity(packet: Buffer, message: StunMessage, key: string | Buffer): boolean {
  const offset = message.integrityOffset;
  if (offset === undefined) return false;
  const start = offset + ATTRIBUTE_HEADER;
  const signature = packet.subarray(start, start + HMAC_BYTES);
  return signature.length === HMAC_BYTES && timingSafeEqual(signature, computeIntegrity(packet, offset, key));
}

/** The FINGERPRINT of a packet whose header already counts that attribute, which begins at `offset`. */
export function computeFingerprint(packet: Buffer, offset: number): number {
  return (crc32(packet, offset) ^ FINGERPRINT_XOR) >>> 0;
}
