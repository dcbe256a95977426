/** Files that have to be their owner's alone, in part or whole. */
import { open } from 'node:fs/promises';
import { readUpTo } from '../files/read-up-to.ts';
import { CliError, EXIT } from './exit.ts';
import { badFile } from './system-error.ts';

export interface Guard {
  /** Bits of its mode that must not be set. */
  readonly forbidden: number;
  /** What to say where one is. */
  readonly why: string;
}

/**
 * @param what it is, for messages: `--tokens FILE`
 * @param limit bytes
 * @throws CliError where it cannot be read, is larger, or is open to others
 */
export async function readGuarded(
  what: string,
  file: string,
  limit: number,
  { forbidden, why }: Guard,
): Promise<string> {
  const bad = (fault: string) => new CliError(EXIT.badInput, `${what}: ${fault}`);
  try {
    const handle = await open(file, 'r');
    try {
      const { mode } = await handle.stat();
      if ((mode & forbidden) !== 0) throw bad(why);
      const bytes = await readUpTo(limit, handle.createReadStream({ autoClose: false }));
      if (bytes === undefined) throw bad(`it is larger than ${limit} bytes`);
      return bytes.toString();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw badFile(what, error);
  }
}
