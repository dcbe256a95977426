import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isError } from '../../src/topology/faults.ts';
import { validateTopology } from '../../src/topology/validate.ts';
import { topologies } from './arbitrary.ts';

test('validation accepts every topology that property tests are given', () => {
  fc.assert(
    fc.property(topologies({ maxNodes: 12 }), (topology) => {
      assert.deepEqual(validateTopology(topology).filter(isError), []);
    }),
    { numRuns: 200 },
  );
});
