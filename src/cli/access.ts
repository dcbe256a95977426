/** Options of commands that ask dispatchers: what they show them. */
import { Option } from 'commander';
import { isBearerToken, tokenIn } from '../auth/bearer.ts';
import { secretFrom } from '../health/secret-file.ts';
import { ANONYMOUS, type Access } from '../http/access.ts';
import { isInTheClear } from '../http/in-the-clear.ts';
import { CliError, EXIT } from './exit.ts';
import { paint, type Io } from './output.ts';
import { readSecret } from './secret.ts';

export interface AccessOptions {
  readonly tokenFile?: string;
}

export const tokenFileOption = () =>
  new Option('--token-file <file>', 'token to show to the dispatcher, instead of ROOMLB_TOKEN');

/**
 * @param dispatchers that will be asked; a token for one that is asked in the clear over a network gets a warning
 * @throws CliError for what is no token
 */
export async function accessOf(
  io: Io,
  { tokenFile }: AccessOptions,
  dispatchers: readonly string[],
): Promise<Access> {
  const token =
    tokenFile === undefined ? process.env.ROOMLB_TOKEN : await readSecret('--token-file', tokenFile);
  if (token === undefined || token === '') return ANONYMOUS;
  const from = tokenFile === undefined ? 'ROOMLB_TOKEN' : `--token-file ${tokenFile}`;
  if (!isBearerToken(token)) throw new CliError(EXIT.badInput, `${from}: that is no token`);
  warnOfTheClear(io, dispatchers);
  if (tokenFile === undefined || tokenFile === '-') return { token: () => token };
  // Whoever runs for long finds a new token in the file once the old one is about to end.
  return {
    token: () => tokenIn(secretFrom(tokenFile)) ?? token,
  };
}

/** A warning for each that would be shown a token over a network where others read it. */
export function warnOfTheClear(io: Io, dispatchers: readonly string[]): void {
  for (const url of dispatchers.filter(isInTheClear))
    io.err(`${paint(io, 'yellow', 'warning:')} ${url}: the token goes there in the clear; use https\n`);
}
