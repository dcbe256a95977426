/** What the system refused, in words for people, and with the exit code that fits. */
import { CliError, EXIT } from './exit.ts';

interface SystemError extends NodeJS.ErrnoException {
  readonly code: string;
  readonly syscall: string;
}

/** An error of the operating system, as opposed to one of this program. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

/** For a file that is to be read: bad input. Any other error is given back as it is. */
export function badFile(file: string, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  return new CliError(EXIT.badInput, `${file}: cannot be read: ${inWords(error)}`, { cause: error });
}

/** For what is to be written: the place cannot be reached. Any other error is given back as it is. */
export function unwritable(what: string, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  return new CliError(EXIT.unreachable, `${what}: cannot be written: ${inWords(error)}`, { cause: error });
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'something else is there that is no folder',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'no space is left on the device',
  ENOTDIR: 'a part of its path is no folder',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
};

function inWords({ code, message }: SystemError): string {
  return WORDS[code] ?? message;
}
