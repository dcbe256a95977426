import { readFileSync } from 'node:fs';

/** Bytes of a file that may hold a secret; what is larger is none. */
const MAX_BYTES = 4096;

/** The file's content without the newline at its end; undefined where it can't be read, is empty or too large. */
export function secretFrom(file: string): string | undefined {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch {
    return undefined;
  }
  if (content.length > MAX_BYTES) return undefined;
  const secret = content.toString().replace(/\r?\n$/, '');
  return secret === '' ? undefined : secret;
}
