import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hashRoom } from '../../src/placement/hash.ts';
import { algorithm } from '../../src/placement/registry.ts';
import { ALGORITHMS } from '../../src/topology/model.ts';
import { clusters } from './clusters.ts';
import { model } from './model.ts';
import { makeVectors, readVectors } from './vectors.ts';

describe('reference vectors', () => {
  test('the model still gives the vectors on file', async () => {
    assert.deepEqual(await makeVectors(), readVectors());
  });

  test('rooms have the keys on file', () => {
    for (const [room, key] of Object.entries(readVectors().keys)) assert.equal(hashRoom(room), key, room);
  });

  for (const { algorithm: name, nodes, tableSize, orders } of readVectors().vectors) {
    test(`${name} gives the vectors on file for ${nodes.length} nodes and ${tableSize} rows`, () => {
      const table = algorithm(name).build(nodes, { tableSize });
      for (const [room, order] of Object.entries(orders)) {
        assert.deepEqual([...table.candidates(hashRoom(room))], order, room);
        assert.equal(table.first(hashRoom(room)), order[0], room);
      }
    });
  }
});

describe('the implementation and the model agree', () => {
  for (const name of ALGORITHMS) {
    test(`${name}: on any cluster, table size and room`, () => {
      fc.assert(
        fc.property(
          clusters,
          fc.constantFrom(2, 3, 13, 101, 251),
          fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 10 }),
          (nodes, tableSize, rooms) => {
            const table = algorithm(name).build(nodes, { tableSize });
            const order = model(name, nodes, tableSize);
            for (const room of rooms) {
              assert.deepEqual([...table.candidates(hashRoom(room))], order(room));
            }
          },
        ),
        { numRuns: 100 },
      );
    });
  }
});
