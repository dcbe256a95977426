/** From any store into any other. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readBackup } from '../../src/backup/read.ts';
import { restoreBackup } from '../../src/backup/restore.ts';
import { writeBackup } from '../../src/backup/write.ts';
import { snapshotOf } from '../../src/store/snapshot.ts';
import type { Claim, Store } from '../../src/store/store.ts';
import { toDocument } from '../../src/topology/format.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';
import { claimOn, listAll, STORES } from '../store/stores.ts';

const document = toDocument(parse(SMALL));
const TOPOLOGY = { seed: document, current: document, version: 3 };
/** More than a page, and a name that sorts differently as UTF-16. */
const CLAIMS = new Map<string, Claim>([
  ...Array.from({ length: 1200 }, (_, i): [string, Claim] => [`room-${i}`, claimOn(`sfu-${i % 4}`)]),
  ['\u{1f600}', claimOn('sfu-1', { participants: 4, zone: 'a', vip: 'public', nodeKind: 'mediasoup' })],
  ['\uffee', claimOn('sfu-1', { kind: 'broadcast' })],
]);

async function fill({ claims, topology }: Store): Promise<void> {
  await Promise.all([...CLAIMS].map(([room, claim]) => claims.create(room, claim)));
  await topology.write(TOPOLOGY, 0);
}

async function backupOf(store: Store): Promise<string> {
  let text = '';
  await writeBackup('small', await snapshotOf(store), (part) => {
    text += part;
    return Promise.resolve();
  });
  return text;
}

async function* bytesOf(text: string): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from(text));
}

for (const { name, skip, withStore } of STORES) {
  describe(`restored into ${name}`, { skip }, () => {
    test('all claims, counts and the topology are there; the same bytes are backed up again', async () => {
      const { text } = await withStore(async (store) => {
        await fill(store);
        return { text: await backupOf(store) };
      });
      await withStore(async (store) => {
        assert.equal(await restoreBackup(store, await readBackup(bytesOf(text))), CLAIMS.size);
        assert.deepEqual((await listAll(store)).length, CLAIMS.size);
        for (const room of ['room-7', '\u{1f600}', '\uffee'])
          assert.deepEqual({ ...(await store.claims.get(room)) }, CLAIMS.get(room));
        assert.equal(store.claims.loads().get('sfu-0'), 300);
        assert.deepEqual(await store.topology.read(), TOPOLOGY);
        assert.equal(await backupOf(store), text);
      });
    });

    test('what was interrupted is gone on with, and anything else is refused and left as it is', async () => {
      const text = await withStore(async (store) => {
        await fill(store);
        return backupOf(store);
      });
      const backup = await readBackup(bytesOf(text));
      await withStore(async (store) => {
        await store.claims.create('room-3', CLAIMS.get('room-3')!);
        assert.equal(await restoreBackup(store, backup), CLAIMS.size - 1);
        await store.claims.create('one more', claimOn('sfu-2'));
        await assert.rejects(restoreBackup(store, backup), {
          name: 'NotEmpty',
          message: /"one more" on sfu-2/,
        });
      });
      await withStore(async (store) => {
        await store.claims.create('room-3', claimOn('jan-1'));
        await assert.rejects(restoreBackup(store, backup), {
          name: 'NotEmpty',
          message: /"room-3" on jan-1/,
        });
        assert.deepEqual(await listAll(store), ['room-3']);
        assert.equal(await store.topology.read(), undefined);
      });
      await withStore(async (store) => {
        await store.topology.write({ ...TOPOLOGY, version: 9 }, 0);
        await assert.rejects(restoreBackup(store, backup), { name: 'NotEmpty', message: /topology/ });
        assert.deepEqual(await listAll(store), []);
      });
    });
  });
}
