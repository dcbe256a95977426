import { pino, stdSerializers, type Logger } from 'pino';
import { StoreUnavailable } from '../store/store.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Bytes of lines that wait; what is beyond them is dropped. */
const MAX_WAITING = 16 * 1024 * 1024;

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
  return pino(
    {
      level,
      base: { name: 'roomlb', ...base },
      ...(about && { mixin: about }),
      serializers: { err: tellError },
      redact: ['req.headers.authorization', 'headers.authorization', 'token', 'password', 'secret'],
    },
    standardOutput(),
  );
}

/**
 * What standard output does not take, as where its disk is full or its terminal is gone, ends nothing: lines wait, and
 * are tried again with the next one.
 */
function standardOutput(): ReturnType<typeof pino.destination> {
  const output = pino.destination({ sync: false, maxLength: MAX_WAITING });
  const flush = output.flushSync.bind(output);
  // Only the end of the process does not wait for it: pino would try for ever.
  output.on('error', () => (output.flushSync = () => undefined));
  output.on('write', () => (output.flushSync = flush));
  return output;
}

/** Without a stack where the store is away: that is no fault of the program, and its text says all. */
function tellError(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return { type: error.name, message: error.message };
  return error instanceof Error ? stdSerializers.err(error) : error;
}
