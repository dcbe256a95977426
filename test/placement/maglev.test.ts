import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PlacementNode } from '../../src/placement/algorithm.ts';
import { maglev } from '../../src/placement/maglev.ts';
import { cluster, clusters, count, TABLE_SIZE, totalWeight } from './clusters.ts';

/** How many rows each node holds, found by a key for each row. */
function rowsOf(nodes: readonly PlacementNode[], tableSize: number): Map<string | undefined, number> {
  const table = maglev.build(nodes, { tableSize });
  const keys = Array.from({ length: tableSize }, (_, row) => Math.ceil((row * 2 ** 32) / tableSize));
  return count(keys.map((key) => table.first(key)));
}

test('a node holds its weighted share of the rows, within the bounds that maglev.ts states', () => {
  const big = fc.record({
    size: fc.integer({ min: 2, max: 200 }),
    weights: fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 5 }),
  });
  const any = fc.oneof(
    fc.tuple(clusters, fc.constantFrom(2, 5, 101, 251)),
    fc.tuple(
      big.map(({ size, weights }) => cluster(size, weights)),
      fc.constantFrom(1009, 10_007),
    ),
  );
  fc.assert(
    fc.property(any, ([nodes, tableSize]) => {
      const members = nodes.filter((node) => node.weight > 0);
      const total = totalWeight(members);
      const rows = rowsOf(nodes, tableSize);
      for (const { id, weight } of members) {
        const own = rows.get(id) ?? 0;
        assert.ok(own > ((tableSize - members.length) * weight) / total - 1, `${id} holds but ${own} rows`);
        assert.ok(own <= (tableSize * weight) / total + 2, `${id} holds as many as ${own} rows`);
      }
    }),
    { numRuns: 100 },
  );
});

test('nodes of equal weight differ by no more than one row', () => {
  for (const size of [3, 10, 100, 1000]) {
    const held = [...rowsOf(cluster(size), TABLE_SIZE).values()];
    assert.equal(held.length, size);
    assert.ok(Math.max(...held) - Math.min(...held) <= 1);
  }
});

test('nodes beyond the number of rows are candidates all the same', () => {
  const nodes = cluster(20);
  const table = maglev.build(nodes, { tableSize: 7 });
  assert.equal(new Set(table.candidates(99)).size, 20);
});

test('a table size that is not a prime is refused, since a permutation might miss a row for ever', () => {
  for (const tableSize of [0, 1, 4, 65_536, 65_535, 2.5, NaN]) {
    assert.throws(() => maglev.build(cluster(3), { tableSize }), RangeError);
  }
});
