/** The store that several dispatchers share: Redis or Valkey, alone, with Sentinel, or as a cluster. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { EventSink } from '../../events/bus.ts';
import type { Attributes, Tracer } from '../../tracing/tracer.ts';
import { SharedStore, type Pace } from '../shared/shared-store.ts';
import { formatRedisAddress, type RedisAddress } from './address.ts';
import { connect, disconnect, type Client, type RedisTls } from './client.ts';
import { RedisCoordination } from './coordination.ts';
import { keysFor } from './keys.ts';
import { RedisRemote } from './remote.ts';
import { checkSchema } from './schema.ts';

export interface RedisOptions {
  /** Of the topology: clusters share nothing in one Redis. */
  readonly cluster: string;
  readonly password?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  readonly tls?: RedisTls | undefined;
  readonly prefix?: string | undefined;
  /** Milliseconds after which a claim expires that nobody needs. */
  readonly claimTtl?: number | undefined;
  readonly maxClaims?: number | undefined;
  /** Milliseconds that one command may take. */
  readonly timeLimit?: number | undefined;
  readonly events?: EventSink | undefined;
  readonly pace?: Pace | undefined;
  readonly tracer?: Tracer | undefined;
}

export const DEFAULTS = {
  prefix: 'roomlb',
  claimTtl: 12 * 3_600_000,
  maxClaims: 250_000,
  timeLimit: 250,
} as const;

/** Milliseconds in which the first connection must come about. */
const START_MS = 5000;

/** @throws Error for people where it cannot be reached, or holds what this program does not know */
export async function redisStore(address: RedisAddress, options: RedisOptions): Promise<SharedStore> {
  const { cluster, password, sentinelPassword, tls, events, pace, tracer } = options;
  const { prefix, claimTtl, maxClaims, timeLimit } = { ...DEFAULTS, ...definedOf(options) };
  const keys = keysFor(prefix, cluster);
  const connecting = { address, password, sentinelPassword, tls };
  const [client, news] = [connect(connecting, 'commands'), connect(connecting, 'news')];
  const close = async (): Promise<void> => {
    disconnect(news);
    disconnect(client);
    await Promise.resolve();
  };
  try {
    await awaitReady(client);
    await checkSchema(client, keys);
    const replica = randomUUID();
    const tracing = tracer && { tracer, attributes: attributesOf(address) };
    const remote = new RedisRemote({ client, keys, replica, maxClaims, claimTtl, timeLimit, tracing });
    const coordination = new RedisCoordination(replica, client, keys);
    const store = await SharedStore.open({
      remote,
      coordination,
      maxClaims,
      events,
      description: `${formatRedisAddress(address)}, keys ${prefix}:{${cluster}}:*`,
      ...(pace && { pace }),
      close,
    });
    client.on('close', () => store.lost('the connection was closed'));
    client.on('ready', () => store.connected());
    listenTo(news, { [keys.channel]: () => store.poke(), [keys.news]: () => coordination.heard() });
    return store;
  } catch (error) {
    await close();
    throw error;
  }
}

/** Subscribes whenever there is a connection; what is missed meanwhile is found by polling. */
function listenTo(news: Client, told: Readonly<Record<string, () => void>>): void {
  const subscribe = (): void => void news.subscribe(...Object.keys(told)).catch(() => undefined);
  news.on('message', (channel: string) => told[channel]?.());
  news.on('ready', subscribe);
  if (news.status === 'ready') subscribe();
}

/** @throws Error for people where no connection comes about in time */
export async function awaitReady(client: Client): Promise<void> {
  let last: unknown = new Error('no answer');
  client.on('error', (error: unknown) => (last = error));
  if (client.status === 'ready') return;
  try {
    await once(client, 'ready', { signal: AbortSignal.timeout(START_MS) });
  } catch {
    throw new Error(`cannot be reached: ${reasonOf(last)}`, { cause: last });
  }
}

/** A cluster says why its nodes could not be reached on its `lastNodeError`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const last =
    'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError.message : '';
  return [error.message, last].filter((part) => part !== '').join(': ');
}

/** Whom Sentinel or a cluster have asked in the end is not known here. */
function attributesOf({ kind, hosts: [first], db }: RedisAddress): Attributes {
  const known = kind === 'single' ? first : undefined;
  return {
    'db.system.name': 'redis',
    'db.namespace': String(db),
    'server.address': known?.host,
    'server.port': known?.port,
  };
}

function definedOf<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
