import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareRooms } from '../../src/store/room.ts';
import { SortedRooms } from '../../src/store/sorted-rooms.ts';

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const text = fc.string({ unit: 'binary', maxLength: 12 });

test('names are compared as their UTF-8 bytes are', () => {
  fc.assert(
    fc.property(text, text, text, (shared, a, b) => {
      const [left, right] = [shared + a, shared + b];
      assert.equal(Math.sign(compareRooms(left, right)), byBytes(left, right));
    }),
  );
});

test('pages of a large set are those of a sorted array, whatever was added and removed', () => {
  const expected = new Set<string>();
  const rooms = new SortedRooms();
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  for (let step = 0; step < 20_000; step++) {
    const room = `room-${random(6000)}`;
    if (random(3) > 0) {
      rooms.add(room);
      expected.add(room);
    } else {
      rooms.delete(room);
      expected.delete(room);
    }
  }
  const sorted = [...expected].sort(byBytes);
  assert.ok(sorted.length > 2048, 'the set must span several runs');
  assert.deepEqual(rooms.page(undefined, Infinity), sorted);
  for (let i = 0; i < 500; i++) {
    const after = `room-${random(6100)}`;
    const limit = 1 + random(1500);
    assert.deepEqual(
      rooms.page(after, limit),
      sorted.filter((room) => byBytes(room, after) > 0).slice(0, limit),
    );
  }
  for (const room of sorted) rooms.delete(room);
  assert.equal(rooms.empty, true);
});
