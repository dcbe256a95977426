/** A running configuration that was taken from an engine or device. */
import { createReadStream } from 'node:fs';
import { readUpTo } from '../files/read-up-to.ts';
import type { Seen } from '../targets/seen.ts';
import { TARGETS } from '../targets/registry.ts';
import { CliError, EXIT } from './exit.ts';
import { targetNamed } from './select-targets.ts';
import { badFile } from './system-error.ts';

/** 64 MiB: tens of thousands of virtual servers in the wordiest dialect. */
const MAX_BYTES = 64 * 1024 * 1024;

/** @throws CliError bad input, where the target has no reader or the file cannot be read */
export async function readRunning(target: string, file: string): Promise<Seen> {
  const { name, readBack } = targetNamed(target);
  if (readBack) return readBack(await textOf(file));
  const readable = TARGETS.filter((one) => one.readBack !== undefined).map((one) => one.name);
  throw new CliError(
    EXIT.badInput,
    `running configurations of ${name} cannot be read yet; those of ${readable.join(', ')} can`,
  );
}

/** Devices print what they print: bytes that are no UTF-8 are shown as such, and understood by no reader. */
async function textOf(file: string): Promise<string> {
  const what = file === '-' ? 'standard input' : file;
  let bytes: Buffer | undefined;
  try {
    bytes = await readUpTo(MAX_BYTES, file === '-' ? process.stdin : createReadStream(file));
  } catch (error) {
    throw badFile(what, error);
  }
  if (!bytes) throw new CliError(EXIT.badInput, `${what}: is larger than ${MAX_BYTES} bytes`);
  return bytes.toString('utf8');
}
