/** What the provider's block says, and the environment where it says nothing. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { isBearerToken, tokenIn } from '../../auth/bearer.ts';
import { secretFrom } from '../../health/secret-file.ts';
import { isInTheClear } from '../../http/in-the-clear.ts';
import { parseMs } from '../../topology/read-milliseconds.ts';
import type { GuardSettings } from '../guard.ts';
import { failure } from '../plugin/diagnostics.ts';
import type { Context } from '../plugin/provider.ts';
import type { Attributes } from '../plugin/schema.ts';
import type { ObjectValue } from '../plugin/values.ts';
import { durationIn } from '../mapping/checks.ts';

const REQUEST_TIMEOUT = { least: 100, most: 600_000 };

export const CONFIGURATION: Attributes = {
  endpoint: {
    type: 'string',
    presence: 'optional',
    description:
      'URL of the dispatcher. Default: `ROOMLB_ENDPOINT` of the environment, where commas part those of several replicas.',
    example: '"https://rooms.example.net"',
  },
  endpoints: {
    type: ['list', 'string'],
    presence: 'optional',
    description:
      'In place of `endpoint`: URLs of several replicas. Where one does not answer, the next is asked.',
    example: '["https://rooms-1.example.net", "https://rooms-2.example.net"]',
  },
  token: {
    type: 'string',
    presence: 'optional',
    sensitive: true,
    description:
      'Bearer token with the scopes `read`, `topology:write`, `nodes:write`, and `rooms:write` for `roomlb_room`. Default: ' +
      '`ROOMLB_TOKEN` of the environment, which keeps it out of files.',
  },
  token_file: {
    type: 'string',
    presence: 'optional',
    description:
      'In place of `token`: a file with the token in its first line. It is read anew for each request.',
    example: '"/run/secrets/roomlb-token"',
  },
  ca_file: {
    type: 'string',
    presence: 'optional',
    description:
      'PEM file of the authorities that certificates of dispatchers are from. Default: those of Node.',
  },
  ca_pem: { type: 'string', presence: 'optional', description: 'In place of `ca_file`: its text.' },
  client_certificate_file: {
    type: 'string',
    presence: 'optional',
    description:
      'PEM file of a certificate to show to dispatchers, with its chain, where they or a proxy in front of them want one. ' +
      'It goes with a token: a dispatcher takes a certificate alone for that of a node.',
  },
  client_certificate_pem: {
    type: 'string',
    presence: 'optional',
    description: 'In place of `client_certificate_file`: its text.',
  },
  client_key_file: {
    type: 'string',
    presence: 'optional',
    description: 'PEM file of the private key of the client certificate, without a passphrase.',
  },
  client_key_pem: {
    type: 'string',
    presence: 'optional',
    sensitive: true,
    description: 'In place of `client_key_file`: its text.',
  },
  request_timeout: {
    type: 'string',
    presence: 'optional',
    description: 'How long to wait for one answer, 100ms to 10m. Default: `10s`.',
    example: '"30s"',
    check: durationIn(REQUEST_TIMEOUT),
  },
  max_retries: {
    type: 'number',
    presence: 'optional',
    description:
      'How often to ask again where there is no answer, or one that says later (429, 502, 503, 504), with pauses of up to ' +
      '10 s that double and are random in part. Default: `4`.',
    check: (value) => wholeNumber(value, 0, 20),
  },
  max_removed_percent: {
    type: 'number',
    presence: 'optional',
    description:
      'A plan that takes more than this share of the usable nodes of a VIP out of service is refused: removed, replaced, ' +
      'moved behind another VIP, drained or disabled. Default: `50`.',
    check: (value) => wholeNumber(value, 0, 100),
  },
  allow_empty_pools: {
    type: 'bool',
    presence: 'optional',
    description:
      'Lets a plan take all nodes of a VIP out of service, and more than `max_removed_percent` of them, as ' +
      '`terraform destroy` does. Default: `false`, or `true` where `ROOMLB_ALLOW_EMPTY_POOLS` is `1` in the environment.',
  },
};

export interface Configuration {
  readonly endpoints: readonly string[];
  readonly token: () => string | undefined;
  /** PEM. */
  readonly authorities: string | null;
  /** PEM of a certificate to show, and of its key. */
  readonly identity: { readonly cert: Buffer; readonly key: Buffer } | null;
  /** Milliseconds. */
  readonly timeout: number;
  readonly maxRetries: number;
  readonly guard: GuardSettings;
}

/**
 * @param config all of it known
 * @throws DiagnosticError for what cannot be used
 */
export function readConfiguration(
  config: ObjectValue,
  environment: Readonly<Record<string, string | undefined>>,
  context: Pick<Context, 'warn'>,
): Configuration {
  const endpoints = endpointsOf(config, environment);
  const token = tokenOf(config, environment);
  if (token() !== undefined) {
    for (const url of endpoints.filter(isInTheClear)) {
      const detail = `The token goes to ${url} over a network where others can read it; use https.`;
      context.warn({ summary: 'The token is sent in the clear', detail });
    }
  }
  const { max_retries: retries, max_removed_percent: percent, allow_empty_pools: allow } = config;
  return {
    endpoints,
    token,
    authorities: authoritiesOf(config),
    identity: identityOf(config),
    timeout: parseMs(textOf(config, 'request_timeout') ?? '10s') ?? 10_000,
    maxRetries: typeof retries === 'number' ? retries : 4,
    guard: {
      maxRemovedPercent: typeof percent === 'number' ? percent : 50,
      allowEmptyPools: typeof allow === 'boolean' ? allow : environment.ROOMLB_ALLOW_EMPTY_POOLS === '1',
    },
  };
}

function endpointsOf(
  config: ObjectValue,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const { endpoint, endpoints } = config;
  const list = Array.isArray(endpoints) ? (endpoints as readonly unknown[]).map(String) : undefined;
  if (typeof endpoint === 'string' && list)
    throw failure('Two ways to name dispatchers', 'Write endpoint, or endpoints, not both.', ['endpoints']);
  if (typeof endpoint === 'string') return [checkedUrl(endpoint, ['endpoint'])];
  if (list && list.length > 0) return list.map((url, index) => checkedUrl(url, ['endpoints', index]));
  const named = (environment.ROOMLB_ENDPOINT ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
  if (named.length === 0) {
    throw failure(
      'No dispatcher is named',
      'Write endpoint = "https://rooms.example.net" into the provider block, or set ROOMLB_ENDPOINT.',
    );
  }
  return named.map((url) => checkedUrl(url, undefined));
}

/** @param path undefined: it is from the environment */
function checkedUrl(text: string, path: readonly (string | number)[] | undefined): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url && plain && /^https?:$/.test(url.protocol)) return text;
  const where = path ? '' : 'ROOMLB_ENDPOINT: ';
  throw failure(
    'That is no URL of a dispatcher',
    // What is no URL may hold a password: it is not repeated.
    `${where}Write an http or https URL without user, password, query and fragment, such as https://rooms.example.net.`,
    path,
  );
}

function tokenOf(
  config: ObjectValue,
  environment: Readonly<Record<string, string | undefined>>,
): () => string | undefined {
  const token = textOf(config, 'token');
  const file = textOf(config, 'token_file');
  if (token !== undefined && file !== undefined)
    throw failure('Two tokens', 'Write token, or token_file, not both.', ['token_file']);
  if (file !== undefined) {
    if (tokenIn(secretFrom(file)) === undefined)
      throw failure('No token', `The first line of ${file} must be the token.`, ['token_file']);
    return () => tokenIn(secretFrom(file));
  }
  const shown = token ?? environment.ROOMLB_TOKEN;
  if (shown === undefined || shown === '') return () => undefined;
  if (!isBearerToken(shown)) {
    const from = token === undefined ? 'ROOMLB_TOKEN' : 'token';
    throw failure(
      'No token',
      `${from} has characters that no token has (RFC 6750).`,
      token === undefined ? undefined : ['token'],
    );
  }
  return () => shown;
}

function authoritiesOf(config: ObjectValue): string | null {
  const ca = pemOf(config, 'ca');
  if (!ca) return null;
  if (!ca.pem.includes('-----BEGIN CERTIFICATE-----'))
    throw failure('No certificate', 'There is no certificate in PEM.', [ca.name]);
  mustFit(ca.name, { ca: ca.pem.toString() });
  return ca.pem.toString();
}

function identityOf(config: ObjectValue): Configuration['identity'] {
  const certificate = pemOf(config, 'client_certificate');
  const key = pemOf(config, 'client_key');
  if (!certificate && !key) return null;
  if (!certificate || !key) {
    const [there, missing] = certificate
      ? [certificate, 'client_key_file']
      : [key, 'client_certificate_file'];
    throw failure('Half a client certificate', `A certificate and its key go together: add ${missing}.`, [
      there?.name ?? '',
    ]);
  }
  mustFit(certificate.name, { cert: certificate.pem });
  mustFit(key.name, { cert: certificate.pem, key: key.pem });
  return { cert: certificate.pem, key: key.pem };
}

interface Pem {
  /** Of the attribute that it is from. */
  readonly name: string;
  readonly pem: Buffer;
}

function pemOf(config: ObjectValue, what: 'ca' | 'client_certificate' | 'client_key'): Pem | undefined {
  const [file, text] = [`${what}_file`, `${what}_pem`];
  const [path, pem] = [textOf(config, file), textOf(config, text)];
  if (path !== undefined && pem !== undefined)
    throw failure('The same twice', `Write ${file}, or ${text}, not both.`, [text]);
  if (pem !== undefined) return { name: text, pem: Buffer.from(pem) };
  if (path === undefined) return undefined;
  try {
    return { name: file, pem: readFileSync(path) };
  } catch (cause) {
    throw failure('A file cannot be read', `${path}: ${messageOf(cause)}`, [file]);
  }
}

/** Asks OpenSSL, so that a wrong file is told here and not as a connection that does not come about. */
function mustFit(name: string, material: { cert?: Buffer; key?: Buffer; ca?: string }): void {
  try {
    createSecureContext(material);
  } catch (cause) {
    throw failure('TLS cannot use it', `${messageOf(cause)}. Write PEM; a key without a passphrase.`, [name]);
  }
}

function wholeNumber(value: unknown, least: number, most: number): string | undefined {
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
  return fits ? undefined : `must be a whole number from ${least} to ${most}`;
}

function textOf(config: ObjectValue, name: string): string | undefined {
  const value = config[name];
  return typeof value === 'string' ? value : undefined;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
