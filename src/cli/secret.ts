/** Secrets that commands take: from files or the environment, never from arguments, which every user of a host can see. */
import { readFile } from 'node:fs/promises';
import { CliError, EXIT } from './exit.ts';

const MAX_BYTES = 1024;

/**
 * The first line of a file (`-`: of standard input).
 *
 * @throws CliError where it cannot be read, is empty, or too long to be a secret
 */
export async function readSecret(option: string, file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file === '-' ? '/dev/stdin' : file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.badInput, `${option} ${file}: ${why}`, { cause });
  }
  const [secret = ''] = text.split(/\r?\n/, 1);
  if (secret === '' || Buffer.byteLength(secret) > MAX_BYTES) {
    throw new CliError(
      EXIT.badInput,
      `${option} ${file}: its first line must be the secret, 1 to ${MAX_BYTES} bytes`,
    );
  }
  return secret;
}
