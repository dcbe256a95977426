/** Several stores on one Redis, as the replicas of a service have them. */
import type { TestContext } from 'node:test';
import type { AnyEvent } from '../../../src/events/events.ts';
import { openStore } from '../../../src/store/open.ts';
import type { RedisOptions } from '../../../src/store/redis/redis.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../../media-node/support.ts';

/** Fast, since tests wait for it. */
export const FAST = { poll: 50, least: 5, sweep: 50, settle: 100, mend: 100 };

export interface Replica extends Store {
  readonly told: AnyEvent[];
}

/** Closed at the end of the test. */
export async function openReplica(
  t: TestContext,
  spec: string,
  options: Partial<RedisOptions> = {},
): Promise<Replica> {
  const told: AnyEvent[] = [];
  const events = { emit: (event: AnyEvent) => void told.push(event) };
  const store = await openStore(spec, { cluster: 'test', pace: FAST, events, ...options });
  t.after(() => store.close());
  return Object.assign(store, { told });
}

export { until };

export async function recovered(...replicas: readonly Replica[]): Promise<void> {
  await until('recovery', () => replicas.every(({ claims }) => !claims.degraded));
}

export async function degraded(...replicas: readonly Replica[]): Promise<void> {
  await until('the loss to be noticed', () => replicas.every(({ claims }) => claims.degraded));
}
