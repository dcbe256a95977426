/** Tokens of the tokens file. They are random and long, so a plain hash of one gives nothing away. */
import { createHash, randomBytes } from 'node:crypto';

/** Tells scanners for leaked secrets, and people, what it is. */
export const TOKEN_PREFIX = 'rlb_';
const TOKEN_BYTES = 32;
const TOKEN = /^rlb_[A-Za-z0-9_-]{43}$/;

/** 256 random bits. */
export function newToken(): string {
  return TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
}

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** SHA-256 in lower-case hex. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
