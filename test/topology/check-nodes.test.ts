import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTopology } from '../../src/topology/parse.ts';

test('a node whose VIP is not there, where there are none: the hint says so', () => {
  const text =
    'cluster: c\nnodes:\n  - { id: a, kind: mediasoup, vip: public, addresses: [192.0.2.1], mediaPorts: 40000-40001 }\n';
  const faults = parseTopology(text, { file: 'f' }).faults.filter(
    ({ message }) => message === 'there is no VIP public',
  );
  assert.deepEqual(
    faults.map(({ hint }) => hint),
    ['VIPs are: none yet'],
  );
});
