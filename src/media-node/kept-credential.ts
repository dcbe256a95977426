/** A node's credential as it is kept over restarts. Times are of the node's own clock, whatever that of dispatchers says. */
import { isRecord } from '../json.ts';
import type { CredentialAnswer } from './protocol.ts';

export interface KeptCredential {
  readonly node: string;
  /** Shown as the bearer token. */
  readonly credential: string;
  /** Milliseconds since the epoch. */
  readonly received: number;
  readonly expires: number;
}

/** Bytes of its file. */
export const MAX_KEPT = 4096;

/** @param received milliseconds since the epoch */
export function keptFrom(
  { node, credential, expiresIn }: CredentialAnswer,
  received: number,
): KeptCredential {
  return { node, credential, received, expires: received + expiresIn * 1000 };
}

/** After a half to three quarters of its life: nodes that started together do not ask together, and there is time for a second try. */
export function renewalTime({ received, expires }: KeptCredential, random: () => number): number {
  return received + (expires - received) * (0.5 + random() / 4);
}

export function formatKept({ node, credential, received, expires }: KeptCredential): string {
  const times = {
    received: new Date(received).toISOString(),
    expires: new Date(expires).toISOString(),
  };
  return `${JSON.stringify({ node, credential, ...times }, null, 2)}\n`;
}

/** Undefined for what is none. */
export function parseKept(text: string): KeptCredential | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { node, credential, received, expires } = value;
  if (typeof node !== 'string' || typeof credential !== 'string' || !/^[\w.~+/-]+=*$/.test(credential))
    return undefined;
  const [from, to] = [received, expires].map((time) => (typeof time === 'string' ? Date.parse(time) : NaN));
  if (from === undefined || to === undefined || !(from < to)) return undefined;
  return { node, credential, received: from, expires: to };
}
