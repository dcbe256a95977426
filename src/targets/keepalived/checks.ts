/** Health checks of real servers, in keepalived's words (keepalived.conf(5), "CHECKERS"). */
import type { Monitor } from '../../intent/model.ts';

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

/** Lines of one checker, without indentation of their own. */
export function checker(monitor: Monitor): string[] {
  return monitor.kind === 'tcp'
    ? ['TCP_CHECK {', `    connect_port ${monitor.port}`, '}']
    : [
        'HTTP_GET {',
        '    url {',
        `        path ${monitor.path}`,
        '        status_code 200',
        '    }',
        `    connect_port ${monitor.port}`,
        '}',
      ];
}
