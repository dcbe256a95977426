/** What the nftables driver sends for one change among many nodes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { nftablesDriver } from '../../src/targets/nftables/driver/driver.ts';
import type { IpAddress, Node } from '../../src/topology/model.ts';
import { clusterOf } from '../bench/cluster.ts';
import { balancerFor } from './balancers.ts';

const driver = nftablesDriver(balancerFor('nftables'), 'bench');
const ELSEWHERE: readonly IpAddress[] = [
  { family: 4, text: '10.99.0.1' },
  { family: 6, text: 'fd00:99::1' },
];

/** Lines of the one transaction that brings the change about, of a cluster of this many nodes. */
function linesFor(nodes: number, change: Partial<Node>): string[] {
  const before = clusterOf(nodes);
  const after = {
    ...before,
    nodes: before.nodes.map((node, i) => (i === 5 ? { ...node, ...change } : node)),
  };
  const [from, to] = [before, after].map((one) => driver.desired(buildIntent(clusterView(one))));
  const { steps } = driver.plan(from!, to!);
  assert.equal(steps.length, 1);
  const [action] = steps.map((step) => step.action);
  return action?.do === 'load' ? action.script.trim().split('\n') : [];
}

const CHANGES: Record<string, { readonly change: Partial<Node>; readonly elements: number }> = {
  // From every media map and the set of members, and into them: of two protocols and families.
  'at another address': { change: { addresses: ELSEWHERE }, elements: 12 },
  draining: { change: { state: 'draining' }, elements: 4 },
  'of another weight': { change: { weight: 50 }, elements: 0 },
};
for (const [what, { change, elements }] of Object.entries(CHANGES)) {
  test(`one node ${what} takes as many commands among 1000 nodes as among 10`, () => {
    const [few, many] = [linesFor(10, change), linesFor(1000, change)];
    assert.equal(many.length, few.length);
    assert.equal(many.filter((line) => line.includes(' element ')).length, elements);
    // The rest deals connections out: one rule per VIP address, in a chain that is filled anew.
    assert.ok(many.length <= elements + 9, `${many.length} lines`);
  });
}
