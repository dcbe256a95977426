/** Connections to Redis, by ioredis. No command waits for long, and none is sent twice: callers decide what comes next. */
import { createHash } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import type { RedisOptions } from 'ioredis';
import { pauseAfter } from '../../back-off.ts';
import type { RedisAddress } from './address.ts';
import { Cluster, Redis } from './ioredis.ts';

export type Client = Redis | Cluster;

/** PEM files' contents. */
export interface RedisTls {
  readonly ca?: Buffer;
  readonly certificate?: Buffer;
  readonly key?: Buffer;
}

export interface Connecting {
  readonly address: RedisAddress;
  readonly password?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  readonly tls?: RedisTls | undefined;
}

const CONNECT_MS = 2000;
const SILENCE_MS = 5000;
/** Seconds. */
const RETRY = { first: 0.05, most: 2 };

/** Connects by itself, and again whenever the connection is lost, after a jittered while. */
export function connect(options: Connecting, kind: 'commands' | 'news'): Client {
  const client = clientFor(options, kind);
  // A connection that fails is told by the commands that it fails.
  client.on('error', ignore);
  if (client instanceof Redis) comeBack(client);
  return client;
}

const closed = new WeakSet<Client>();

/** For good: without this word, the end of a connection is taken for a loss. */
export function disconnect(client: Client): void {
  closed.add(client);
  client.disconnect();
}

/**
 * ioredis gives a connection up for good where a sentinel tells of a fail-over while it connects: its connector lets
 * go, and what waits for that ends without another try (SentinelConnector.connect, Redis.connect). A dispatcher would
 * stay degraded until somebody starts it anew.
 */
function comeBack(client: Redis): void {
  client.on('end', () => {
    setTimeout(() => {
      if (!closed.has(client) && client.status === 'end') client.connect().catch(ignore);
    }, retry(1)).unref();
  });
}

const ignore = (): void => undefined;

function clientFor(options: Connecting, kind: 'commands' | 'news'): Client {
  const { address } = options;
  const shared = sharedOptions(options, kind);
  if (address.kind === 'cluster') {
    return new Cluster([...address.hosts], {
      redisOptions: shared,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      slotsRefreshTimeout: CONNECT_MS,
      clusterRetryStrategy: retry,
    });
  }
  const common: RedisOptions = {
    ...shared,
    db: address.db,
    enableOfflineQueue: kind === 'news',
    retryStrategy: retry,
  };
  if (address.kind === 'single') return new Redis({ ...common, ...address.hosts[0] });
  return new Redis({
    ...common,
    sentinels: [...address.hosts],
    name: address.master ?? '',
    role: 'master',
    sentinelPassword: options.sentinelPassword,
    sentinelRetryStrategy: retry,
    // Told by the sentinels at once of a fail-over, instead of finding out.
    failoverDetector: true,
    enableTLSForSentinelMode: address.tls,
    ...(shared.tls && { sentinelTLS: shared.tls }),
  });
}

function sharedOptions({ address, password, tls = {} }: Connecting, kind: string): RedisOptions {
  const { ca, certificate, key } = tls;
  const secure: ConnectionOptions = {
    ...(ca && { ca }),
    ...(certificate && { cert: certificate }),
    ...(key && { key }),
  };
  return {
    username: address.user ?? undefined,
    password,
    ...(address.tls && { tls: secure }),
    connectTimeout: CONNECT_MS,
    // A connection on which nothing comes back is none: it is closed, and made anew.
    ...(kind === 'commands' && { socketTimeout: SILENCE_MS }),
    connectionName: `roomlb-${kind}`,
    // It would need the permission for INFO; a Redis that is still loading says so to the first command.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Who wants news subscribes anew on `ready`.
    autoResubscribe: false,
    // A master that was made a replica: ask the sentinels, or the cluster, who is master now.
    reconnectOnError: (error) => address.kind !== 'single' && error.message.startsWith('READONLY'),
  };
}

function retry(times: number): number {
  return pauseAfter(times, RETRY) * 1000;
}

/** A Lua script by its hash, and whole where Redis does not have it (any more). */
export class Script {
  readonly #hash: string;

  constructor(readonly text: string) {
    this.#hash = createHash('sha1').update(text).digest('hex');
  }

  async run(
    client: Client,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    try {
      return await client.evalsha(this.#hash, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(this.text, keys.length, ...keys, ...args);
    }
  }
}
