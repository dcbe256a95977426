import { pino, type Logger } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Structured lines on standard output; credentials never get into them.
 *
 * @param base members of every line, to tell processes apart that write to one place
 * @param about members of a line that depend on what is under way
 */
export function createLogger(
  level: LogLevel,
  base: Readonly<Record<string, string>> = {},
  about?: () => object,
): Logger {
  return pino({
    level,
    base: { name: 'roomlb', ...base },
    ...(about && { mixin: about }),
    redact: ['req.headers.authorization', 'headers.authorization', 'token', 'password', 'secret'],
  });
}
