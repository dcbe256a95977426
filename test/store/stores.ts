import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openStore } from '../../src/store/open.ts';
import type { RedisOptions } from '../../src/store/redis/redis.ts';
import type { Claim, Store } from '../../src/store/store.ts';
import { NO_REDIS, startRedis, type RedisServer } from './redis/server.ts';

/** A directory for one test, removed when `use` is through. */
export async function withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'roomlb-store-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

let redis: Promise<RedisServer> | undefined;
let opened = 0;
after(async () => (await redis)?.remove());

/** The address of a Redis that lives as long as this test file. */
export async function redisAddress(): Promise<string> {
  redis ??= startRedis();
  return `redis://127.0.0.1:${(await redis).port}`;
}

/** Every kind of store, freshly opened for `use`. */
export const STORES: readonly {
  readonly name: string;
  readonly skip?: string | false;
  readonly withStore: <T>(use: (store: Store) => Promise<T>) => Promise<T>;
}[] = [
  { name: 'memory', withStore: (use) => openFor('memory', use) },
  { name: 'file', withStore: (use) => withDirectory((directory) => openFor(`file:${directory}`, use)) },
  {
    name: 'redis',
    skip: NO_REDIS,
    withStore: async (use) => openFor(await redisAddress(), use, { cluster: `contract-${opened++}` }),
  },
];

export async function openFor<T>(
  spec: string,
  use: (store: Store) => Promise<T>,
  options?: RedisOptions,
): Promise<T> {
  const store = await openStore(spec, options);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

export function claimOn(node: string, wishes: Partial<Claim> = {}): Claim {
  return { kind: 'conference', zone: null, participants: null, nodeKind: null, vip: null, ...wishes, node };
}

/** Every entry, page by page. */
export async function listAll({ claims }: Store, limit = 100, node?: string): Promise<string[]> {
  const rooms: string[] = [];
  for (let after: string | undefined; ;) {
    const page = await claims.list({ node, after, limit });
    for (const { room } of page.entries) rooms.push(room);
    if (page.next === null) return rooms;
    after = page.next;
  }
}
