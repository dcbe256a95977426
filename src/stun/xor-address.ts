import ipaddr from 'ipaddr.js';
import { StunError } from './error.ts';
import { MAGIC_COOKIE, type TransportAddress } from './model.ts';

const COOKIE = Buffer.alloc(4);
COOKIE.writeUInt32BE(MAGIC_COOKIE);

/**
 * The value of XOR-MAPPED-ADDRESS (RFC 8489 section 14.2). An IPv4-mapped IPv6 address, as a dual-stack
 * socket reports its IPv4 peers, is written as the IPv4 address it stands for; a zone id is left out.
 *
 * @throws StunError `bad-field` for what isn't an address or a port.
 */
export function encodeXorAddress(address: string, port: number, transactionId: Buffer): Buffer {
  if (!ipaddr.isValid(address)) throw new StunError('bad-field', `no IP address: ${address}`);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new StunError('bad-field', `no port: ${port}`);
  const bytes = ipaddr.process(address).toByteArray();
  const value = Buffer.alloc(4 + bytes.length);
  value.writeUInt8(bytes.length === 4 ? 1 : 2, 1);
  value.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 2);
  Buffer.from(bytes).copy(value, 4);
  xorInPlace(value.subarray(4), transactionId);
  return value;
}

/** @throws StunError `bad-attribute` for an unknown family, or a length that doesn't fit it. */
export function decodeXorAddress(value: Buffer, transactionId: Buffer): TransportAddress {
  const family = value.length === 8 ? 4 : 6;
  if ((value.length !== 8 && value.length !== 20) || value[1] !== (family === 4 ? 1 : 2)) {
    throw new StunError('bad-attribute', 'XOR-MAPPED-ADDRESS: family and length do not fit');
  }
  const bytes = Buffer.from(value.subarray(4));
  xorInPlace(bytes, transactionId);
  const parsed = ipaddr.fromByteArray([...bytes]);
  return {
    family,
    address: parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString(),
    port: value.readUInt16BE(2) ^ (MAGIC_COOKIE >>> 16),
  };
}

/** IPv4 is masked by the cookie alone, IPv6 by the cookie and the transaction id after it. */
function xorInPlace(bytes: Buffer, transactionId: Buffer): void {
  for (let i = 0; i < bytes.length; i++) {
    const mask = i < 4 ? COOKIE[i] : transactionId[i - 4];
    bytes[i] = (bytes[i] ?? 0) ^ (mask ?? 0);
  }
}
