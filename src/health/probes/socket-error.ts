import type { Failure, Skipped, Timeout } from '../outcome.ts';

/** Errors of this process or host: out of descriptors, memory or ports, forbidden by a local firewall. */
const LOCAL = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EADDRNOTAVAIL',
  'EPERM',
  'EACCES',
  'EAGAIN',
]);

/**
 * What an error of a socket says of the other side, by its code. Linux tells a connected socket of ICMP errors
 * too (ip(7), udp(7)). Trouble of our own is no evidence: a dispatcher out of descriptors must not take nodes
 * for dead.
 */
export function socketError(code: string): Failure | Timeout | Skipped {
  switch (code) {
    case 'ECONNREFUSED':
      return { kind: 'failure', reason: 'refused', why: 'connection refused: nothing listens on that port' };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
      return { kind: 'failure', reason: 'unreachable', why: `no way there (${code})` };
    case 'ETIMEDOUT':
      return { kind: 'timeout', why: 'the connection timed out' };
    case 'ECLOSED':
    case 'ECONNRESET':
    case 'EPIPE':
      return { kind: 'failure', reason: 'wrong-answer', why: 'the connection was closed without an answer' };
    default:
      if (LOCAL.has(code)) return { kind: 'skipped', why: `the probe could not be sent (${code})` };
      return { kind: 'failure', reason: 'wrong-answer', why: `the exchange failed (${code})` };
  }
}
