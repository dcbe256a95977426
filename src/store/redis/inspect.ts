/** A look at a Redis from outside, for whoever diagnoses: nothing of RoomLB's layout is created or changed. */
import { performance } from 'node:perf_hooks';
import { within } from '../../timing/within.ts';
import type { RedisAddress } from './address.ts';
import { connect, disconnect, type Client } from './client.ts';
import { keysFor } from './keys.ts';
import { awaitReady, DEFAULTS, type RedisOptions } from './redis.ts';

export interface RedisCondition {
  /** `redis 7.0.15` */
  readonly server: string;
  /** Version of RoomLB's layout; undefined: this cluster has nothing in it yet. */
  readonly schema: number | undefined;
  /** Or why not, in Redis' words. */
  readonly writable: true | string;
  /** The median of a few answers. */
  readonly milliseconds: number;
}

const ROUNDS = 5;
const PATIENCE = 2000;

/** @throws Error for people where it cannot be reached */
export async function inspectRedis(address: RedisAddress, options: RedisOptions): Promise<RedisCondition> {
  const { cluster, password, sentinelPassword, tls, prefix = DEFAULTS.prefix } = options;
  const keys = keysFor(prefix, cluster);
  const [meta = ''] = keys.all;
  const client = connect({ address, password, sentinelPassword, tls }, 'commands');
  try {
    await awaitReady(client);
    const schema = await within(PATIENCE, 'Redis: HGET', client.hget(meta, 'schema'));
    return {
      server: await serverOf(client),
      schema: schema === null ? undefined : Number(schema),
      writable: await writable(client, keys.probe),
      milliseconds: await latency(client, meta),
    };
  } finally {
    disconnect(client);
  }
}

/** HELLO without a version changes nothing (Redis 6; "HELLO"); who may not say it is answered with an error. */
async function serverOf(client: Client): Promise<string> {
  const said = await within(PATIENCE, 'Redis: HELLO', client.call('HELLO', [])).catch(() => []);
  const facts = Array.isArray(said) ? said.map(String) : [];
  const fact = (name: string) => facts[facts.indexOf(name) + 1];
  return facts.includes('version') ? `${fact('server')} ${fact('version')}` : 'Redis';
}

/** A key of its own that lives for a second. */
async function writable(client: Client, key: string): Promise<true | string> {
  try {
    await within(PATIENCE, 'Redis: SET', client.set(key, '1', 'PX', 1000));
    return true;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function latency(client: Client, key: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    await within(PATIENCE, 'Redis: EXISTS', client.exists(key));
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
}
