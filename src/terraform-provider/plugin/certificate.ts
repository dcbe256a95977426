/**
 * A key and a self-signed certificate that live as long as the process. Terraform takes the certificate from the
 * handshake and connects to `localhost` by it. Written as DER by hand (X.509, RFC 5280; ECDSA with SHA-256, RFC
 * 5758), since that takes a few milliseconds of a start where libraries for it take a hundred or more.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  readonly der: Buffer;
  readonly certificatePem: string;
  readonly keyPem: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Longer than any apply. */
const VALID_DAYS = 30;

export function makeCertificate(now = new Date()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid(2, 5, 4, 3), utf8('localhost'))));
  const algorithm = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
  const body = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(serialNumber()),
    algorithm,
    name,
    // A clock that is set back meanwhile shall do no harm.
    sequence(
      utcTime(new Date(now.getTime() - DAY_MS)),
      utcTime(new Date(now.getTime() + VALID_DAYS * DAY_MS)),
    ),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions())),
  );
  const signature = sign('sha256', body, privateKey);
  const der = sequence(body, algorithm, bitString(signature));
  return {
    der,
    certificatePem: pem('CERTIFICATE', der),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Terraform trusts it as its own root, so it may sign (itself) and serve. */
function extensions(): Buffer[] {
  const TRUE = tagged(0x01, Buffer.of(0xff));
  const keyUsage = sequence(oid(2, 5, 29, 15), TRUE, octets(bits(0b1000_0100, 2)));
  const extendedUse = sequence(
    oid(2, 5, 29, 37),
    octets(sequence(oid(1, 3, 6, 1, 5, 5, 7, 3, 1), oid(1, 3, 6, 1, 5, 5, 7, 3, 2))),
  );
  const basic = sequence(oid(2, 5, 29, 19), TRUE, octets(sequence(TRUE)));
  const names = sequence(oid(2, 5, 29, 17), octets(sequence(tagged(0x82, Buffer.from('localhost')))));
  return [keyUsage, extendedUse, basic, names];
}

/** Positive, not zero, at most 20 octets (RFC 5280, 4.1.2.2). */
function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = (serial.readUInt8(0) & 0x7f) | 0x40;
  return serial;
}

/** Lines of 64 characters, the last one not empty (RFC 7468). */
function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

const sequence = (...parts: Buffer[]) => tagged(0x30, Buffer.concat(parts));
const set = (...parts: Buffer[]) => tagged(0x31, Buffer.concat(parts));
const explicit = (number: number, part: Buffer) => tagged(0xa0 | number, part);
const integer = (bytes: Buffer) => tagged(0x02, bytes);
const octets = (bytes: Buffer) => tagged(0x04, bytes);
const utf8 = (text: string) => tagged(0x0c, Buffer.from(text));
const bitString = (bytes: Buffer) => tagged(0x03, Buffer.concat([Buffer.of(0), bytes]));
const bits = (byte: number, unused: number) => tagged(0x03, Buffer.of(unused, byte));

/** Two digits of the year: good until 2049. */
function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/\D/g, '');
  return tagged(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function oid(first: number, second: number, ...rest: number[]): Buffer {
  const base128 = (value: number): number[] =>
    value < 0x80 ? [value] : [...base128(value >> 7).map((byte) => byte | 0x80), value & 0x7f];
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}
