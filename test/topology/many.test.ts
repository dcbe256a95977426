/** Lists whose product with the nodes would outgrow the process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTopology } from '../../src/topology/parse.ts';

function faultsOf(addresses: number, checks: number): string[] {
  const list = Array.from({ length: addresses }, (_, i) => `10.9.0.${i + 1}`).join(', ');
  const ports = Array.from({ length: checks }, (_, i) => `{ type: tcp, port: ${i + 1} }`).join(', ');
  const text = `
cluster: many
vips: [{ id: public, addresses: [${list}], media: { ports: 40000-40099 } }]
health: { checks: [${ports}] }
`;
  return parseTopology(text, { file: 'f' }).faults.map(({ path, message }) => `${path} ${message}`);
}

test('a VIP has at most 16 addresses, and a node is checked in at most 64 ways', () => {
  assert.deepEqual(faultsOf(16, 64), []);
  assert.deepEqual(faultsOf(17, 65), [
    'vips[0].addresses must be a list of 1 to 16, found a list',
    'health.checks must be a list of 1 to 64, found a list',
  ]);
});
