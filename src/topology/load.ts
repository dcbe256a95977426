import { createReadStream } from 'node:fs';
import { readUpTo } from '../files/read-up-to.ts';
import type { Checked } from './document.ts';
import { MAX_TOPOLOGY_BYTES } from './limits.ts';
import { parseTopology, tooLarge } from './parse.ts';

/**
 * Reads and checks a topology file; `-` is standard input. Never throws for what is wrong with the file:
 * one that is missing, too large (it is not read past MAX_TOPOLOGY_BYTES) or not UTF-8 is a fault.
 */
export async function loadTopology(path: string): Promise<Checked> {
  const file = path === '-' ? '<stdin>' : path;
  const failed = (message: string, hint: string): Checked => ({
    faults: [{ severity: 'error', file, path: '', message, hint }],
  });
  let bytes: Buffer | undefined;
  try {
    bytes = await readUpTo(MAX_TOPOLOGY_BYTES, path === '-' ? process.stdin : createReadStream(path));
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const [what, hint] = READ_ERRORS[code] ?? [`cannot be read: ${message}`, 'is it a file?'];
    return failed(what, hint);
  }
  if (!bytes) return { faults: [tooLarge(file)] };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return failed('is not UTF-8 text', 'save it as UTF-8');
  }
  return parseTopology(text, { file });
}

const READ_ERRORS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['there is no such file', 'check the path; --topology names another file'],
  EACCES: ['may not be read', 'check its permissions'],
  EISDIR: ['is a folder', 'name the file in it'],
};
