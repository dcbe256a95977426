/** What monitors of a BIG-IP send and expect: the same text in tmsh and AS3. */
import { CHECK_FALL, CHECK_INTERVAL, type Check } from '../dialect/checks.ts';
import { hexBytes, STUN_ANSWER, STUN_REQUEST } from '../dialect/stun.ts';

export interface MonitorText {
  readonly type: 'http' | 'tcp' | 'udp';
  /** As the BIG-IP has it: `\r\n` and `\x00` are escapes that it resolves itself. Null: nothing is said. */
  readonly send: string | null;
  /** A regular expression, or bytes in the same escapes. Null: whatever comes is fine. */
  readonly receive: string | null;
  readonly port: number;
}

export const INTERVAL = CHECK_INTERVAL;

/** F5's own rule: three intervals and a second ("ltm monitor http", timeout). */
export const TIMEOUT = CHECK_INTERVAL * CHECK_FALL + 1;

export function monitorText(check: Check): MonitorText {
  const { port } = check;
  switch (check.kind) {
    case 'http':
      return {
        type: 'http',
        send: String.raw`GET ${check.path} HTTP/1.1\r\nHost: roomlb\r\nConnection: close\r\n\r\n`,
        receive: String.raw`^HTTP/1\.[01] 200`,
        port,
      };
    case 'tcp':
      return { type: 'tcp', send: null, receive: null, port };
    case 'stun':
      return {
        type: 'udp',
        send: hexBytes(STUN_REQUEST, '', '\\x'),
        receive: hexBytes(STUN_ANSWER, '', '\\x'),
        port,
      };
  }
}
