import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash32 } from '../../src/placement/hash.ts';
import { ring } from '../../src/placement/ring.ts';
import { TABLE_SIZE } from './clusters.ts';

test('a point that two nodes would have belongs to the one that is first by id, in whatever order they come', () => {
  const ids = ['sfu-4000', 'sfu-155052'];
  const [hash, other] = ids.map((id) => hash32(id, 0));
  assert.equal(hash, other, 'the hashes differ, so this shows nothing');
  // The key whose position, upper 24 bits · 32, is the last one before the point.
  const key = Math.floor((hash! % 536_870_923) / 32) * 256;
  for (const order of [ids, ids.toReversed()]) {
    const nodes = order.map((id) => ({ id, weight: 100, zone: null }));
    assert.equal(ring.build(nodes, { tableSize: TABLE_SIZE }).first(key), 'sfu-155052');
  }
});
