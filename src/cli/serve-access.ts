/** Options of serve about who may ask it. */
import { Option, type Command } from 'commander';
import type { Authentication } from '../api/authentication.ts';
import { HttpServers, MAX_CONNECTIONS, type ServerTls } from '../api/http-server.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { JwtAuthenticator } from '../auth/jwt.ts';
import { isLoopback } from '../api/loopback.ts';
import { NodeCredentials, type NodeCredentialLives } from '../auth/node-credentials.ts';
import { MAX_NODE_KEY_FILE, parseNodeKeys, type NodeKey } from '../auth/node-key.ts';
import type { Scope } from '../auth/scope.ts';
import { MAX_TOKENS_FILE, parseTokenFile, type TokenEntry } from '../auth/token-file.ts';
import { TokenTable } from '../auth/token-table.ts';
import { formatFaults } from '../topology/faults.ts';
import { durationBetween, numberBetween } from './duration.ts';
import { CliError, EXIT } from './exit.ts';
import { readKeys } from './jwt-keys.ts';
import { readGuarded } from './guarded-file.ts';
import type { ListenAddress } from './listen.ts';
import type { Reloadable } from './reloading.ts';
import { readAuthorities, readIdentity } from './tls-files.ts';

export interface ServeAccessOptions {
  readonly tokens?: string;
  readonly jwtIssuer?: string;
  readonly jwtAudience?: string;
  readonly jwtKeys?: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
  readonly nodeKey?: string;
  /** Milliseconds. */
  readonly enrolmentLife: number;
  readonly credentialLife: number;
  readonly maxConnections: number;
  readonly rateLimit?: number;
  readonly auditLog?: string;
  readonly public: readonly Scope[];
  readonly allowRemote?: true;
  readonly behindTlsProxy?: true;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export function addServeAccessOptions(command: Command): Command {
  return command
    .option('--tokens <file>', 'demand a token of every caller, by this file; see roomlb token new --help')
    .option(
      '--jwt-keys <source>',
      'take tokens (JWT) of an issuer too: its key set (JWKS), a file or an https URL',
    )
    .option('--jwt-issuer <issuer>', 'claim iss that they must have')
    .option('--jwt-audience <audience>', 'claim aud that they must have')
    .option(
      '--node-key <file>',
      'enrol nodes: what they get is signed by the key in this file, the same at all replicas; see roomlb token key --help',
    )
    .addOption(
      new Option('--enrolment-life <duration>', 'how long a node can be enrolled by one secret')
        .argParser(durationBetween(MINUTE, DAY))
        .default(15 * MINUTE, '15m'),
    )
    .addOption(
      new Option('--credential-life <duration>', 'how long a node is let in without renewing its credential')
        .argParser(durationBetween(MINUTE, 7 * DAY))
        .default(60 * MINUTE, '1h'),
    )
    .option('--tls-certificate <file>', 'PEM with the chain: serve https; goes with --tls-key')
    .option('--tls-key <file>', 'PEM of its private key, without a passphrase')
    .option(
      '--tls-client-ca <file>',
      'PEM of the authorities of nodes’ certificates: a node that shows one needs no token',
    )
    .addOption(
      new Option(
        '--rate-limit <number>',
        'requests a second of one token; of one address where there is none (default: no limit)',
      ).argParser(numberBetween(1, 1_000_000)),
    )
    .option('--audit-log <file>', 'append who changed what by REST, as JSON lines; opened anew on SIGHUP')
    .addOption(
      new Option('--max-connections <number>', 'connections at once; further ones are closed')
        .argParser(numberBetween(1, 1_000_000))
        .default(MAX_CONNECTIONS),
    )
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
  if (!authenticates(options))
    throw refuse(
      'callers are not authenticated, so only loopback is allowed: add --tokens FILE (or --jwt-keys, --tls-client-ca), put a proxy that ' +
        'authenticates in front, or add --allow-remote',
    );
  if (options.tlsCertificate === undefined && !options.behindTlsProxy)
    throw refuse(
      'tokens would go over the network in the clear: add --tls-certificate and --tls-key, --behind-tls-proxy where a proxy ends TLS, or --allow-remote',
    );
}

function authenticates({ tokens, jwtKeys, tlsClientCa }: ServeAccessOptions): boolean {
  return tokens !== undefined || jwtKeys !== undefined || tlsClientCa !== undefined;
}

export interface ServeAccess {
  readonly authentication: Authentication | undefined;
  readonly nodeCredentials: NodeCredentials | undefined;
  readonly servers: HttpServers;
  readonly reloadables: readonly Reloadable[];
}

/** @throws CliError for files that cannot be used */
export async function serveAccess(options: ServeAccessOptions): Promise<ServeAccess> {
  const tls = await readTls(options);
  const servers = new HttpServers({ tls, maxConnections: options.maxConnections });
  const nodes = await nodeCredentialsOf(options);
  const kinds = [await tokensOf(options), await jwtOf(options), nodes].filter((kind) => kind !== null);
  const authenticators = kinds.map(({ authenticator }) => authenticator);
  return {
    authentication: authenticates(options) ? { authenticators, open: new Set(options.public) } : undefined,
    nodeCredentials: nodes?.authenticator,
    servers,
    reloadables: [
      ...(tls ? [reloadableTls(options, servers)] : []),
      ...kinds.map(({ reloadable }) => reloadable),
    ],
  };
}

interface Kind<T extends Authenticator = Authenticator> {
  readonly authenticator: T;
  readonly reloadable: Reloadable;
}

async function tokensOf({ tokens }: ServeAccessOptions): Promise<Kind | null> {
  if (tokens === undefined) return null;
  const table = new TokenTable(await readTokens(tokens), Date.now);
  const reload = async () => table.replace(await readTokens(tokens));
  return { authenticator: table, reloadable: { what: `tokens ${tokens}`, files: [tokens], reload } };
}

async function jwtOf({ jwtKeys, jwtIssuer, jwtAudience }: ServeAccessOptions): Promise<Kind | null> {
  if (jwtKeys === undefined && jwtIssuer === undefined && jwtAudience === undefined) return null;
  if (jwtKeys === undefined || jwtIssuer === undefined || jwtAudience === undefined)
    throw new CliError(EXIT.badInput, '--jwt-keys, --jwt-issuer and --jwt-audience go together');
  const refresh = () => readKeys(jwtKeys);
  const jwt = new JwtAuthenticator({
    ...{ issuer: jwtIssuer, audience: jwtAudience },
    ...{ keys: await refresh(), refresh, now: Date.now },
  });
  const files = jwtKeys.startsWith('https:') ? [] : [jwtKeys];
  const reload = async () => jwt.replace(await refresh());
  return { authenticator: jwt, reloadable: { what: `keys ${jwtKeys}`, files, reload } };
}

async function nodeCredentialsOf(options: ServeAccessOptions): Promise<Kind<NodeCredentials> | null> {
  const { nodeKey, tokens, jwtKeys, enrolmentLife, credentialLife } = options;
  if (nodeKey === undefined) return null;
  if (tokens === undefined && jwtKeys === undefined)
    throw new CliError(
      EXIT.badInput,
      '--node-key: nobody who enrols a node is authenticated: add --tokens FILE, or --jwt-keys',
    );
  const lives: NodeCredentialLives = { enrolment: enrolmentLife, credential: credentialLife };
  const authenticator = new NodeCredentials({
    ...{ keys: await readNodeKeys(nodeKey), lives, now: Date.now },
  });
  const reload = async () => authenticator.replace(await readNodeKeys(nodeKey));
  return { authenticator, reloadable: { what: `node key ${nodeKey}`, files: [nodeKey], reload } };
}

async function readTls(options: ServeAccessOptions): Promise<ServerTls | undefined> {
  const identity = await readIdentity(options);
  const { tlsClientCa } = options;
  if (identity)
    return {
      ...identity,
      clientAuthorities:
        tlsClientCa === undefined ? null : await readAuthorities('--tls-client-ca', tlsClientCa),
    };
  if (tlsClientCa === undefined) return undefined;
  throw new CliError(EXIT.badInput, '--tls-client-ca needs --tls-certificate and --tls-key');
}

function reloadableTls(options: ServeAccessOptions, servers: HttpServers): Reloadable {
  const { tlsCertificate = '', tlsKey = '', tlsClientCa } = options;
  return {
    what: `certificate ${tlsCertificate}`,
    files: [tlsCertificate, tlsKey, ...(tlsClientCa === undefined ? [] : [tlsClientCa])],
    async reload() {
      const tls = await readTls(options);
      if (tls) servers.renew(tls);
    },
  };
}

async function readTokens(file: string): Promise<readonly TokenEntry[]> {
  // Whoever can write it can let themselves in.
  const guard = { forbidden: 0o022, why: 'others than its owner can write it (hint: chmod go-w)' };
  const { entries, faults } = parseTokenFile(
    await readGuarded(`--tokens ${file}`, file, MAX_TOKENS_FILE, guard),
    file,
  );
  if (faults.length > 0) throw new CliError(EXIT.badInput, formatFaults(faults));
  return entries;
}

async function readNodeKeys(file: string): Promise<readonly NodeKey[]> {
  // Whoever can read it can be any node.
  const guard = { forbidden: 0o077, why: 'others than its owner can use it (hint: chmod 600)' };
  const { keys, faults } = parseNodeKeys(
    await readGuarded(`--node-key ${file}`, file, MAX_NODE_KEY_FILE, guard),
    file,
  );
  if (faults.length > 0) throw new CliError(EXIT.badInput, formatFaults(faults));
  return keys;
}
