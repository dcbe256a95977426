import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { roomNameFault } from '../../src/room-name.ts';
import { readBackup } from '../../src/backup/read.ts';
import { writeBackup } from '../../src/backup/write.ts';
import type { ClaimEntry, TopologyRecord } from '../../src/store/store.ts';
import { toDocument } from '../../src/topology/format.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';
import { claimOn } from '../store/stores.ts';

const document = toDocument(parse(SMALL));
const TOPOLOGY: TopologyRecord = { seed: document, current: document, version: 7 };

async function* inTurn<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value);
}

async function textOf(entries: readonly ClaimEntry[], topology?: TopologyRecord): Promise<string> {
  let text = '';
  const close = () => Promise.resolve();
  await writeBackup('small', { topology, claims: inTurn(entries), close }, (part) => {
    text += part;
    return Promise.resolve();
  });
  return text;
}

const parts = (text: string | Buffer, size = 7): AsyncIterable<Buffer> => {
  const bytes = Buffer.from(text);
  return inTurn(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    ),
  );
};

const roomName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((room) => roomNameFault(room) === undefined);

test('what was written is read, whatever rooms are called and however the bytes come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.oneof(roomName, fc.constant('a\u2028b'))),
      fc.integer({ min: 1, max: 300 }),
      async (rooms, size) => {
        const entries = rooms.map((room, i) => ({ room, claim: claimOn(`sfu-${i}`, { participants: 3 }) }));
        const backup = await readBackup(parts(await textOf(entries, TOPOLOGY), size));
        assert.deepEqual([...backup.claims.keys()], rooms);
        for (const { room, claim } of entries) assert.deepEqual({ ...backup.claims.get(room) }, claim);
        assert.deepEqual(backup.topology, TOPOLOGY);
        assert.equal(backup.cluster, 'small');
      },
    ),
    { numRuns: 40 },
  );
});

test('no change of a byte, no cut and nothing that follows is taken', async () => {
  const text = await textOf([{ room: 'a', claim: claimOn('sfu-1') }]);
  await readBackup(parts(text));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    await assert.rejects(readBackup(parts(changed)), { name: 'BackupError' }, `byte ${at} changed`);
    // Without the very last newline it is still whole.
    if (at < bytes.length - 1)
      await assert.rejects(readBackup(parts(bytes.subarray(0, at))), { name: 'BackupError' }, `cut at ${at}`);
  }
  await assert.rejects(readBackup(parts(`${text}\n`)), /something follows the end/);
});

test('faults name their line and what is wrong', async () => {
  const head = '{"backup":"roomlb","format":1,"cluster":"small"}\n';
  const claim =
    '{"room":"a","claim":{"node":"n","kind":"conference","zone":null,"participants":null,"nodeKind":null,"vip":null}}\n';
  const cases: [text: string, message: RegExp][] = [
    ['', /it is empty/],
    ['{}\n', /^line 1: this is no backup of RoomLB/],
    ['hello\n', /^line 1: it is not JSON/],
    [head.replace(':1,', ':2,'), /format 2; this program reads format 1: upgrade it/],
    [head, /cut off after line 1/],
    [`${head}${claim}${claim}`, /^line 3: its room was there before/],
    [`${head}${claim.replace('"a"', '"\\u0007"')}`, /^line 2: .*control/],
    [`${head}${claim.replace('"n"', '"../n"')}`, /^line 2: it\/claim\/node must match pattern/],
    [`${head}${claim.replace('conference', 'party')}`, /^line 2: it\/claim\/kind/],
    [
      `${head}{"topology":{"seed":{},"current":{},"version":1}}\n`,
      /^line 2: this program does not take the topology/,
    ],
    [`${head}"\xff"`, /^line 2/],
  ];
  for (const [text, message] of cases)
    await assert.rejects(readBackup(parts(Buffer.from(text, 'latin1'))), { name: 'BackupError', message });
});
