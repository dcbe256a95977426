import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { roomOf, sortKey } from '../../src/store/room.ts';
import { SortedRooms } from '../../src/store/sorted-rooms.ts';

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const text = fc.string({ unit: 'binary', maxLength: 12 });

test('the sort keys of names compare as their UTF-8 bytes do, and give the names back', () => {
  fc.assert(
    fc.property(text, text, text, (shared, a, b) => {
      const [left, right] = [shared + a, shared + b];
      const [low, high] = [sortKey(left), sortKey(right)];
      assert.equal(low < high ? -1 : low > high ? 1 : 0, byBytes(left, right));
      assert.equal(roomOf(low), left);
    }),
  );
});

test('pages of a large set are those of a sorted array, whatever was added and removed', () => {
  const expected = new Set<string>();
  const rooms = new SortedRooms();
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  // Bursts large and small between pages: both ways of sorting in.
  for (const burst of [20_000, 10, 300, 5000, 1, 40, 9000, 200, 100]) {
    for (let step = 0; step < burst; step++) {
      const room = `room-${random(6000)}`;
      if (random(3) > 0 && !expected.has(room)) {
        rooms.add(room);
        expected.add(room);
      } else if (expected.delete(room)) {
        rooms.delete(room);
      }
    }
    const sorted = [...expected].sort(byBytes);
    assert.deepEqual(rooms.page(undefined, Infinity), sorted);
    for (let i = 0; i < 50; i++) {
      const after = `room-${random(6100)}`;
      const limit = 1 + random(1500);
      const following = sorted.slice(sorted.findLastIndex((room) => byBytes(room, after) <= 0) + 1);
      assert.deepEqual(rooms.page(after, limit), following.slice(0, limit));
    }
  }
  for (const room of expected) rooms.delete(room);
  assert.equal(rooms.empty, true);
  assert.deepEqual(rooms.page(undefined, 9), []);
});
