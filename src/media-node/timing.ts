/** Waiting with an end. */

/** It took too long. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * The promise's outcome, or a TimeoutError after so many seconds. The work itself is not stopped: what it
 * comes to later is given to `late`, which undoes it, or dropped.
 */
export async function within<T>(
  seconds: number,
  what: string,
  work: Promise<T>,
  late: (value: T) => void = () => undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let timedOut = false;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      timedOut = true;
      reject(new TimeoutError(`${what} took more than ${seconds} s`));
    }, seconds * 1000);
  });
  work.then(
    (value) => {
      if (timedOut) late(value);
    },
    () => undefined,
  );
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Seconds on a clock that never jumps. */
export function now(): number {
  return performance.now() / 1000;
}
