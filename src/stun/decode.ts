import { isUtf8 } from 'node:buffer';
import { StunError } from './error.ts';
import { computeFingerprint, HMAC_BYTES } from './integrity.ts';
import {
  Attribute,
  FIRST_OPTIONAL_ATTRIBUTE,
  HEADER_BYTES,
  MAGIC_COOKIE,
  MAX_ATTRIBUTES,
  MAX_MESSAGE_BYTES,
  MAX_TEXT_BYTES,
  MAX_USERNAME_BYTES,
  MESSAGE_CLASSES,
  type ErrorCode,
  type MessageFields,
  type StunMessage,
} from './model.ts';
import { decodeXorAddress } from './xor-address.ts';

/** Fields while they are being read. */
type Draft = { -readonly [K in keyof MessageFields]: MessageFields[K] };

/**
 * Whether the bytes begin as STUN does: two zero bits, the cookie, a length that is a multiple of four and
 * fills the packet. Cheap, to turn away RTP, DTLS and noise before anything else is done with it.
 */
export function looksLikeStun(packet: Buffer): boolean {
  return (
    packet.length >= HEADER_BYTES &&
    packet.length <= MAX_MESSAGE_BYTES &&
    packet.readUInt8(0) < 0x40 &&
    packet.readUInt32BE(4) === MAGIC_COOKIE &&
    packet.length % 4 === 0 &&
    packet.readUInt16BE(2) === packet.length - HEADER_BYTES
  );
}

/**
 * Reads one whole packet, strictly: every length must fit, FINGERPRINT must be right and last if it is there.
 * Of an attribute that occurs twice the first counts, and of what follows MESSAGE-INTEGRITY only FINGERPRINT
 * (RFC 8489 sections 14 and 14.5). It copies what it keeps, so the packet's memory may be used again.
 *
 * Says nothing about the signature: that takes a key, see `verifyIntegrity()`.
 *
 * @throws StunError and nothing else, whatever the bytes are.
 */
export function decodeMessage(packet: Buffer): StunMessage {
  checkHeader(packet);
  const type = packet.readUInt16BE(0);
  const draft: Draft = {
    class: MESSAGE_CLASSES[((type >> 7) & 2) | ((type >> 4) & 1)] ?? 'request',
    transactionId: Buffer.from(packet.subarray(8, HEADER_BYTES)),
  };
  const notUnderstood = new Set<number>();
  const seen = new Set<number>();
  let integrityOffset: number | undefined;
  let fingerprinted = false;

  for (let offset = HEADER_BYTES; offset < packet.length;) {
    if (fingerprinted) throw new StunError('bad-fingerprint', 'attributes follow FINGERPRINT');
    if (seen.size >= MAX_ATTRIBUTES)
      throw new StunError('too-many-attributes', `more than ${MAX_ATTRIBUTES}`);
    const attribute = packet.readUInt16BE(offset);
    const length = packet.readUInt16BE(offset + 2);
    const next = offset + 4 + Math.ceil(length / 4) * 4;
    if (next > packet.length) throw new StunError('bad-attribute', 'an attribute reaches beyond the packet');
    const value = packet.subarray(offset + 4, offset + 4 + length);

    if (attribute === Attribute.fingerprint) {
      checkFingerprint(packet, offset, value);
      fingerprinted = true;
    } else if (integrityOffset === undefined && !seen.has(attribute)) {
      if (attribute === Attribute.messageIntegrity) {
        expectLength('MESSAGE-INTEGRITY', value, HMAC_BYTES);
        integrityOffset = offset;
      } else if (!readAttribute(attribute, value, draft) && attribute < FIRST_OPTIONAL_ATTRIBUTE) {
        notUnderstood.add(attribute);
      }
    }
    seen.add(attribute);
    offset = next;
  }
  return {
    ...draft,
    method: ((type & 0x3e00) >> 2) | ((type & 0xe0) >> 1) | (type & 0xf),
    useCandidate: draft.useCandidate ?? false,
    notUnderstood: [...notUnderstood],
    integrityOffset,
    fingerprinted,
  };
}

function checkHeader(packet: Buffer): void {
  if (packet.length < HEADER_BYTES) throw new StunError('too-short', `${packet.length} bytes`);
  if (packet.length > MAX_MESSAGE_BYTES) throw new StunError('too-long', `${packet.length} bytes`);
  if (packet.readUInt8(0) >= 0x40 || packet.readUInt32BE(4) !== MAGIC_COOKIE) {
    throw new StunError('not-stun', 'first bits or magic cookie are of something else');
  }
  const length = packet.readUInt16BE(2);
  if (length % 4 !== 0 || length !== packet.length - HEADER_BYTES) {
    throw new StunError('bad-length', `the header says ${length} of ${packet.length - HEADER_BYTES} bytes`);
  }
}

/** False where the type is none of ours. */
function readAttribute(type: number, value: Buffer, draft: Draft): boolean {
  switch (type) {
    case Attribute.username:
      draft.username = text('USERNAME', value, MAX_USERNAME_BYTES);
      return true;
    case Attribute.software:
      draft.software = text('SOFTWARE', value, MAX_TEXT_BYTES);
      return true;
    case Attribute.priority:
      draft.priority = expectLength('PRIORITY', value, 4).readUInt32BE();
      return true;
    case Attribute.iceControlling:
      draft.iceControlling = expectLength('ICE-CONTROLLING', value, 8).readBigUInt64BE();
      return true;
    case Attribute.iceControlled:
      draft.iceControlled = expectLength('ICE-CONTROLLED', value, 8).readBigUInt64BE();
      return true;
    case Attribute.useCandidate:
      expectLength('USE-CANDIDATE', value, 0);
      draft.useCandidate = true;
      return true;
    case Attribute.xorMappedAddress:
      draft.mappedAddress = decodeXorAddress(value, draft.transactionId);
      return true;
    case Attribute.errorCode:
      draft.errorCode = errorCode(value);
      return true;
    case Attribute.unknownAttributes:
      draft.unknownAttributes = types(value);
      return true;
    default:
      return false;
  }
}

function checkFingerprint(packet: Buffer, offset: number, value: Buffer): void {
  expectLength('FINGERPRINT', value, 4);
  if (value.readUInt32BE() !== computeFingerprint(packet, offset)) {
    throw new StunError('bad-fingerprint', 'FINGERPRINT does not match the packet');
  }
}

function expectLength(name: string, value: Buffer, length: number): Buffer {
  if (value.length !== length) throw new StunError('bad-attribute', `${name} has ${value.length} bytes`);
  return value;
}

function text(name: string, value: Buffer, limit: number): string {
  if (value.length > limit) throw new StunError('bad-attribute', `${name} has ${value.length} bytes`);
  if (!isUtf8(value)) throw new StunError('bad-attribute', `${name} is not UTF-8`);
  return value.toString();
}

/** RFC 8489 section 14.8: hundreds in three bits, the rest in a byte of 0–99. */
function errorCode(value: Buffer): ErrorCode {
  if (value.length < 4) throw new StunError('bad-attribute', `ERROR-CODE has ${value.length} bytes`);
  const hundreds = value.readUInt8(2) & 7;
  const rest = value.readUInt8(3);
  if (hundreds < 3 || hundreds > 6 || rest > 99) {
    throw new StunError('bad-attribute', `ERROR-CODE ${hundreds}|${rest}`);
  }
  return { code: hundreds * 100 + rest, reason: text('ERROR-CODE', value.subarray(4), MAX_TEXT_BYTES) };
}

function types(value: Buffer): number[] {
  if (value.length % 2 !== 0) throw new StunError('bad-attribute', 'UNKNOWN-ATTRIBUTES has an odd length');
  return Array.from({ length: value.length / 2 }, (_, i) => value.readUInt16BE(i * 2));
}
