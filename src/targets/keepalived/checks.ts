/** Health checks of real servers, in keepalived's words (keepalived.conf(5), "CHECKERS"). */
import type { Check } from '../dialect/checks.ts';
import { hexBytes, STUN_ANSWER, STUN_REQUEST } from '../dialect/stun.ts';
import type { Block } from '../dialect/text.ts';

/** The same meaning as in every target's output. Times in seconds. */
const CHECK = {
  interval: 2,
  /** Consecutive failures that make a member down. */
  fall: 3,
  timeout: 1,
} as const;

/**
 * What all members of a virtual server have in common. keepalived counts retries after the first failure,
 * and has no count for coming back: one answer is enough.
 */
export const CHECK_DEFAULTS: readonly string[] = [
  `delay_loop ${CHECK.interval}`,
  `retry ${CHECK.fall - 1}`,
  `delay_before_retry ${CHECK.interval}`,
  `connect_timeout ${CHECK.timeout}`,
];

export function checker(check: Check): Block {
  const port = `connect_port ${check.port}`;
  switch (check.kind) {
    case 'tcp':
      return { head: 'TCP_CHECK', body: [port] };
    case 'http':
      return {
        head: 'HTTP_GET',
        body: [{ head: 'url', body: [`path ${check.path}`, 'status_code 200'] }, port],
      };
    case 'stun':
      return {
        head: 'UDP_CHECK',
        body: [
          port,
          `payload ${hexBytes(STUN_REQUEST)}`,
          // Compared as far as it goes; without a length, two bytes would do.
          `require_reply ${hexBytes(STUN_ANSWER)}`,
          `min_reply_length ${STUN_REQUEST.length}`,
        ],
      };
  }
}
