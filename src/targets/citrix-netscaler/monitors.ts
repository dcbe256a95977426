/** Monitors: "add lb monitor" of types HTTP, TCP and UDP-ECV. */
import { CHECK_FALL, CHECK_INTERVAL, CHECK_RISE, CHECK_TIMEOUT, type Check } from '../dialect/checks.ts';
import { STUN_ANSWER, STUN_REQUEST } from '../dialect/stun.ts';

/** "resptimeout … must be less than the value specified for the Interval parameter". */
const TIMES = `-interval ${CHECK_INTERVAL} -resptimeout ${CHECK_TIMEOUT} -retries ${CHECK_FALL} -successRetries ${CHECK_RISE}`;

export function monitor(name: string, check: Check): string {
  const to = `-destPort ${check.port} ${TIMES}`;
  switch (check.kind) {
    case 'http':
      return `add lb monitor ${name} HTTP -respCode 200 -httpRequest "GET ${check.path}" ${to}`;
    case 'tcp':
      return `add lb monitor ${name} TCP ${to}`;
    case 'stun':
      return `add lb monitor ${name} UDP-ECV -send "${octal(STUN_REQUEST)}" -recv "${octal(STUN_ANSWER)}" ${to}`;
  }
}

/** Bytes as ns.conf writes those that do not print: a backslash and three octal digits. */
export function octal(bytes: Buffer): string {
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** As `octal` writes it, of bytes that an appliance writes in whatever way: as they are, `\001` or `\x01`. */
export function inOctal(text: string): string {
  const bytes = text.replaceAll(/\\([0-3][0-7]{2}|x[0-9A-Fa-f]{2})/g, (_, code: string) =>
    String.fromCharCode(code.startsWith('x') ? parseInt(code.slice(1), 16) : parseInt(code, 8)),
  );
  return octal(Buffer.from(bytes, 'latin1'));
}
