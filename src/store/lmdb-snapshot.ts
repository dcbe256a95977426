/** A file store as it is at one moment, read beside the process that owns it: LMDB's readers block nobody. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RootDatabase, Transaction } from 'lmdb';
import { DATA_FILE, openEnvironment } from './lmdb-environment.ts';
import { checkReadable } from './lmdb-format.ts';
import type { StoreSnapshot } from './snapshot.ts';
import type { Claim, ClaimEntry } from './store.ts';
import { decodeRecord } from './topology-record.ts';

/** @throws Error where there is no store, or one of a format that this program does not read */
export async function lmdbSnapshot(directory: string): Promise<StoreSnapshot> {
  const path = resolve(directory);
  const file = join(path, DATA_FILE);
  if (!existsSync(file)) throw new Error(`there is no store in ${path}`);
  const env = openEnvironment<string, Buffer>(file, {
    readOnly: true,
    keyEncoding: 'binary',
    encoding: 'string',
  });
  try {
    return read(env, path);
  } catch (error) {
    await env.close();
    throw error;
  }
}

function read(env: RootDatabase<string, Buffer>, path: string): StoreSnapshot {
  const meta = env.openDB<string, string>({ name: 'meta', encoding: 'string' });
  const rooms = env.openDB<string, Buffer>({ name: 'rooms', keyEncoding: 'binary', encoding: 'string' });
  const transaction = env.useReadTransaction();
  checkReadable(path, meta.get('format', { transaction }));
  return {
    topology: decodeRecord(meta.get('topology', { transaction })),
    claims: entries(rooms, transaction),
    async close() {
      transaction.done();
      await env.close();
    },
  };
}

// An async generator, as of other stores, although nothing here waits.
// eslint-disable-next-line @typescript-eslint/require-await
async function* entries(
  rooms: ReturnType<RootDatabase<string, Buffer>['openDB']>,
  transaction: Transaction,
): AsyncGenerator<ClaimEntry> {
  for (const { key, value } of rooms.getRange({ transaction }))
    yield { room: String(key), claim: JSON.parse(String(value)) as Claim };
}
