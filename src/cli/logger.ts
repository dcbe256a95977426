import { pino, type Logger } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Structured lines on standard output; credentials never get into them. */
export function createLogger(level: LogLevel): Logger {
  return pino({
    level,
    base: { name: 'roomlb' },
    redact: ['req.headers.authorization', 'headers.authorization', 'token', 'password', 'secret'],
  });
}
