import { StunError } from './error.ts';
import { computeFingerprint, computeIntegrity } from './integrity.ts';
import {
  Attribute,
  BINDING,
  HEADER_BYTES,
  MAGIC_COOKIE,
  MAX_TEXT_BYTES,
  MAX_USERNAME_BYTES,
  MESSAGE_CLASSES,
  TRANSACTION_ID_BYTES,
  type ErrorCode,
  type MessageFields,
} from './model.ts';
import { encodeXorAddress } from './xor-address.ts';

export interface EncodeOptions {
  /** Signs with MESSAGE-INTEGRITY by this short-term password; unsigned where left out. */
  readonly password?: string | Buffer;
  /** FINGERPRINT, which ICE demands (RFC 8445 section 7.1); true where left out. */
  readonly fingerprint?: boolean;
}

/**
 * The packet, attributes in the order RFC 8489 demands: MESSAGE-INTEGRITY after all others, FINGERPRINT last.
 *
 * @throws StunError `bad-field` for a value that has no place in a packet.
 */
export function encodeMessage(fields: MessageFields, options: EncodeOptions = {}): Buffer {
  let packet = Buffer.concat([header(fields), ...attributes(fields)]);
  if (options.password !== undefined) {
    const signature = computeIntegrity(packet, packet.length, options.password);
    packet = Buffer.concat([packet, attribute(Attribute.messageIntegrity, signature)]);
  }
  if (options.fingerprint === false) {
    packet.writeUInt16BE(packet.length - HEADER_BYTES, 2);
    return packet;
  }
  const offset = packet.length;
  packet = Buffer.concat([packet, attribute(Attribute.fingerprint, Buffer.alloc(4))]);
  packet.writeUInt16BE(packet.length - HEADER_BYTES, 2);
  packet.writeUInt32BE(computeFingerprint(packet, offset), offset + 4);
  return packet;
}

/** Its length stays 0 here: it is known only at the end. */
function header(fields: MessageFields): Buffer {
  if (fields.transactionId.length !== TRANSACTION_ID_BYTES) {
    throw new StunError('bad-field', `a transaction id has ${TRANSACTION_ID_BYTES} bytes`);
  }
  const method = fields.method ?? BINDING;
  if (!Number.isInteger(method) || method < 0 || method > 0xfff) {
    throw new StunError('bad-field', `no method: ${method}`);
  }
  const bits = MESSAGE_CLASSES.indexOf(fields.class);
  const packet = Buffer.alloc(HEADER_BYTES);
  packet.writeUInt16BE(
    ((method & 0xf80) << 2) | ((bits & 2) << 7) | ((method & 0x70) << 1) | ((bits & 1) << 4) | (method & 0xf),
  );
  packet.writeUInt32BE(MAGIC_COOKIE, 4);
  fields.transactionId.copy(packet, 8);
  return packet;
}

function attributes(fields: MessageFields): Buffer[] {
  const list: Buffer[] = [];
  const add = (type: number, value: Buffer) => list.push(attribute(type, value));
  if (fields.software !== undefined) add(Attribute.software, text(fields.software, MAX_TEXT_BYTES));
  if (fields.username !== undefined) add(Attribute.username, text(fields.username, MAX_USERNAME_BYTES));
  if (fields.priority !== undefined) add(Attribute.priority, unsigned32(fields.priority));
  if (fields.iceControlling !== undefined) add(Attribute.iceControlling, unsigned64(fields.iceControlling));
  if (fields.iceControlled !== undefined) add(Attribute.iceControlled, unsigned64(fields.iceControlled));
  if (fields.useCandidate) add(Attribute.useCandidate, Buffer.alloc(0));
  if (fields.mappedAddress) {
    const { address, port } = fields.mappedAddress;
    add(Attribute.xorMappedAddress, encodeXorAddress(address, port, fields.transactionId));
  }
  if (fields.errorCode) add(Attribute.errorCode, errorCode(fields.errorCode));
  if (fields.unknownAttributes) add(Attribute.unknownAttributes, types(fields.unknownAttributes));
  return list;
}

/** Type, length, value, and zeros up to a multiple of four that the length doesn't count. */
function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16BE(type);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

function text(value: string, limit: number): Buffer {
  const bytes = Buffer.from(value);
  if (bytes.length > limit) throw new StunError('bad-field', `longer than ${limit} bytes`);
  return bytes;
}

function unsigned32(value: number): Buffer {
  if (value !== value >>> 0) throw new StunError('bad-field', `not 32 bits: ${value}`);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function unsigned64(value: bigint): Buffer {
  if (value !== BigInt.asUintN(64, value)) throw new StunError('bad-field', `not 64 bits: ${String(value)}`);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

function errorCode({ code, reason }: ErrorCode): Buffer {
  if (!Number.isInteger(code) || code < 300 || code > 699) {
    throw new StunError('bad-field', `an error code is 300–699: ${code}`);
  }
  const numbers = Buffer.from([0, 0, Math.floor(code / 100), code % 100]);
  return Buffer.concat([numbers, text(reason, MAX_TEXT_BYTES)]);
}

function types(list: readonly number[]): Buffer {
  const bytes = Buffer.alloc(list.length * 2);
  for (const [i, type] of list.entries()) bytes.writeUInt16BE(type & 0xffff, i * 2);
  return bytes;
}
