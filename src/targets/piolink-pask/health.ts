/** Health checks: "health-check" of types http, tcp and udp. */
import { CHECK_FALL, CHECK_INTERVAL, CHECK_RISE, CHECK_TIMEOUT, type Check } from '../dialect/checks.ts';
import type { Block } from '../dialect/text.ts';
import type { Names } from './names.ts';

/** What the udp check sends is text of 128 characters, which STUN is not: it believes what is not refused. */
const TYPE = { http: 'http', tcp: 'tcp', stun: 'udp' } as const;

export function healthCheck(check: Check, names: Names): Block {
  return {
    head: `health-check ${names.healthCheck(check)}`,
    body: [
      `type ${TYPE[check.kind]}`,
      `port ${check.port}`,
      `interval ${CHECK_INTERVAL}`,
      `timeout ${CHECK_TIMEOUT}`,
      `retry ${CHECK_FALL}`,
      `recover ${CHECK_RISE}`,
      ...(check.kind === 'http' ? [`uri ${check.path}`, 'status-code 200'] : []),
      'status enable',
    ],
  };
}
