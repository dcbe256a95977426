/** Files that have to be their owner's alone, in part or whole. */
import { open } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
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
 * What systemd hands to a service may be read by its user alone; where it says so by an access control list, the mask of
 * that shows as the right of the group to read (systemd.exec(5), LoadCredential=; acl(5)).
 */
const LIST_MASK = 0o040;

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
      const harmless = isHandedOver(file) ? LIST_MASK : 0;
      if ((mode & forbidden & ~harmless) !== 0) throw bad(why);
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

function isHandedOver(file: string): boolean {
  const { CREDENTIALS_DIRECTORY: folder } = process.env;
  return folder !== undefined && folder !== '' && resolve(file).startsWith(resolve(folder) + sep);
}
