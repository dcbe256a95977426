/** Where a media node's own credential comes from, and where it is kept. */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { replaceFile } from '../files/replace-file.ts';
import { secretFrom } from '../health/secret-file.ts';
import type { ClientTls } from '../http/access.ts';
import { CredentialKeeper } from '../media-node/credential-keeper.ts';
import { swapForCredential } from '../media-node/dispatchers.ts';
import { formatKept, MAX_KEPT, parseKept, type KeptCredential } from '../media-node/kept-credential.ts';
import { tokenIn } from '../auth/bearer.ts';
import type { AccessOptions } from './access.ts';
import { CliError, EXIT } from './exit.ts';
import { readGuarded } from './guarded-file.ts';
import { isSystemError } from './system-error.ts';

const NONCE_BYTES = 24;

export interface NodeCredentialOptions extends AccessOptions {
  readonly enrolmentFile?: string;
  readonly credentialFile?: string;
}

export interface KeeperSetting {
  readonly node: string;
  readonly dispatchers: readonly URL[];
  /** As it is now. */
  readonly tls: () => ClientTls | undefined;
  readonly logger: Logger;
}

/**
 * Undefined where no enrolment file is named.
 *
 * @throws CliError for options that do not go together, and a file that is no credential of this node
 */
export async function credentialKeeperOf(
  { enrolmentFile, credentialFile, tokenFile }: NodeCredentialOptions,
  { node, dispatchers, tls, logger }: KeeperSetting,
): Promise<CredentialKeeper | undefined> {
  const refuse = (why: string) => new CliError(EXIT.badInput, why);
  if (enrolmentFile === undefined) {
    if (credentialFile === undefined) return undefined;
    throw refuse('--credential-file goes with --enrolment-file');
  }
  if (tokenFile !== undefined) throw refuse('give --enrolment-file or --token-file, not both');
  if (dispatchers.length === 0) throw refuse('--enrolment-file needs a --dispatcher');
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  return new CredentialKeeper({
    node,
    kept: credentialFile === undefined ? undefined : await readKept(credentialFile, node),
    enrolment: () => tokenIn(secretFrom(enrolmentFile)),
    enrolmentFile,
    swap: (token) => {
      const access = { token: () => token, tls: tls() };
      return swapForCredential(
        dispatchers.map((url) => ({ url, access })),
        node,
        nonce,
      );
    },
    save: async (kept) => {
      if (credentialFile !== undefined) await replaceFile(credentialFile, formatKept(kept), { mode: 0o600 });
    },
    retry: { first: 0.5, most: 15 },
    logger,
    now: Date.now,
  });
}

async function readKept(file: string, node: string): Promise<KeptCredential | undefined> {
  const what = `--credential-file ${file}`;
  const guard = { forbidden: 0o077, why: 'others than its owner can use it (hint: chmod 600)' };
  const text = await readGuarded(what, file, MAX_KEPT, guard).catch((error: unknown) => {
    const { cause } = error instanceof CliError ? error : {};
    if (isSystemError(cause) && cause.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const kept = parseKept(text);
  if (kept?.node === node) return kept;
  const why = kept ? `it is of node ${JSON.stringify(kept.node)}` : 'it has no credential';
  throw new CliError(EXIT.badInput, `${what}: ${why} (hint: remove it, and enrol ${node} by roomlb enroll)`);
}
