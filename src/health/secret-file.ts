import { closeSync, constants, openSync, readSync } from 'node:fs';

/** Bytes of a file that may hold a secret; what is larger is none. */
const MAX_BYTES = 4096;

/**
 * The file's content without the newline at its end; undefined where it can't be read, is empty or too large. Waits for
 * nobody who has yet to write into a pipe, and reads no further than the limit, since a device may have no end.
 */
export function secretFrom(file: string): string | undefined {
  const content = Buffer.alloc(MAX_BYTES + 1);
  let length: number;
  try {
    const opened = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      length = readSync(opened, content);
    } finally {
      closeSync(opened);
    }
  } catch {
    return undefined;
  }
  if (length > MAX_BYTES) return undefined;
  const secret = content.toString('utf8', 0, length).replace(/\r?\n$/, '');
  return secret === '' ? undefined : secret;
}
