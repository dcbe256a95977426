/** Options of serve about who may ask it. */
import { open } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import type { Authentication } from '../api/authentication.ts';
import { isLoopback } from '../api/loopback.ts';
import type { Scope } from '../auth/scope.ts';
import { MAX_TOKENS_FILE, parseTokenFile, type TokenEntry } from '../auth/token-file.ts';
import { TokenTable } from '../auth/token-table.ts';
import { readUpTo } from '../files/read-up-to.ts';
import { formatFaults } from '../topology/faults.ts';
import { CliError, EXIT } from './exit.ts';
import type { ListenAddress } from './listen.ts';
import type { Reloadable } from './reloading.ts';
import { badFile } from './system-error.ts';

export interface ServeAccessOptions {
  readonly tokens?: string;
  readonly public: readonly Scope[];
  readonly allowRemote?: true;
  readonly behindTlsProxy?: true;
}

export function addServeAccessOptions(command: Command): Command {
  return command
    .option('--tokens <file>', 'demand a token of every caller, by this file; see roomlb token new --help')
    .addOption(
      new Option('--public <part...>', 'what may be read without a token')
        .choices(['docs', 'metrics'])
        .default([]),
    )
    .option(
      '--behind-tls-proxy',
      'TLS ends at a proxy in front: listen beyond loopback in the clear, with tokens',
    )
    .option('--allow-remote', 'listen beyond loopback without tokens, or in the clear, all the same');
}

/** @throws CliError where the address may not be listened on with these options */
export function mustBeSafe({ host }: ListenAddress, listen: string, options: ServeAccessOptions): void {
  if (isLoopback(host) || options.allowRemote) return;
  const refuse = (why: string) => new CliError(EXIT.badInput, `--listen ${listen}: ${why}`);
  if (options.tokens === undefined)
    throw refuse(
      'callers are not authenticated, so only loopback is allowed: add --tokens FILE, put a proxy that ' +
        'authenticates in front, or add --allow-remote',
    );
  if (!options.behindTlsProxy)
    throw refuse(
      'tokens would go over the network in the clear: add --behind-tls-proxy where a proxy ends TLS, or --allow-remote',
    );
}

export interface ServeAccess {
  readonly authentication: Authentication | undefined;
  readonly reloadables: readonly Reloadable[];
}

/** @throws CliError for files that cannot be used */
export async function serveAccess(options: ServeAccessOptions): Promise<ServeAccess> {
  const { tokens: file } = options;
  if (file === undefined) return { authentication: undefined, reloadables: [] };
  const table = new TokenTable(await readTokens(file), Date.now);
  const reload = async () => table.replace(await readTokens(file));
  return {
    authentication: { authenticators: [table], open: new Set(options.public) },
    reloadables: [{ what: `tokens ${file}`, files: [file], reload }],
  };
}

async function readTokens(file: string): Promise<readonly TokenEntry[]> {
  const bad = (why: string) => new CliError(EXIT.badInput, `--tokens ${file}: ${why}`);
  const { text, mode } = await read(file).catch((error: unknown) => {
    throw badFile(`--tokens ${file}`, error);
  });
  // Whoever can write it can let themselves in.
  if ((mode & 0o022) !== 0) throw bad('others than its owner can write it (hint: chmod go-w)');
  if (text === undefined) throw bad(`it is larger than ${MAX_TOKENS_FILE} bytes`);
  const { entries, faults } = parseTokenFile(text, file);
  if (faults.length > 0) throw new CliError(EXIT.badInput, formatFaults(faults));
  return entries;
}

async function read(file: string): Promise<{ text: string | undefined; mode: number }> {
  const handle = await open(file, 'r');
  try {
    const { mode } = await handle.stat();
    const bytes = await readUpTo(MAX_TOKENS_FILE, handle.createReadStream({ autoClose: false }));
    return { text: bytes?.toString(), mode };
  } finally {
    await handle.close();
  }
}
