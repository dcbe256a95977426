/**
 * There and back: what a target renders is read by its own reader without a line left over, and the topology
 * that comes of it renders to the same rules.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { importedFrom } from '../../src/import/document.ts';
import { driftOf, type Difference } from '../../src/import/drift.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import type { FullTopologyDocument } from '../../src/topology/schema.ts';
import { topologies } from '../topology/arbitrary.ts';

/** Their configurations name neither VIPs nor nodes. */
const NAMELESS = ['ipvs'];

const RUNS = { numRuns: 60, includeErrorInReport: true };

for (const target of TARGETS) {
  const { readBack } = target;
  if (!readBack) continue;

  describe(`import of ${target.name}`, () => {
    const rendered = topologies()
      .map((topology) => target.render(buildIntent(clusterView(topology))).files[0]?.content)
      .filter((text) => text !== undefined);

    test('understands every line that is rendered', () => {
      fc.assert(
        fc.property(rendered, (text) => {
          assert.deepEqual(readBack(text).unread, [], text);
        }),
        RUNS,
      );
    });

    test('comes to a topology that renders to the same rules', () => {
      fc.assert(
        fc.property(rendered, (text) => {
          const seen = readBack(text);
          const { document, notes } = importedFrom(seen, 'c');
          if (document.vips.length === 0) return;
          const { topology, faults } = parseTopology(JSON.stringify(document), { file: 'imported' });
          const errors = faults.filter(({ severity }) => severity === 'error');
          // Without names, a port of one node may be taken for what it is not; a topology that cannot be says so.
          if (NAMELESS.includes(target.name) && (errors.length > 0 || isGuess(document))) return;
          // A node whose flows were flushed has no media rules left that could tell its ports.
          if (
            errors.some(
              ({ path, message }) => path.endsWith('.mediaPorts') && message.startsWith('is missing'),
            )
          )
            return;
          assert.deepEqual(errors, [], `${text}\n${JSON.stringify(document, null, 1)}`);
          const again = target.render(buildIntent(clusterView(topology!))).files[0]?.content ?? '';
          const { differences: all } = driftOf(seen.services, readBack(again).services);
          const differences = all.filter((one) => !asksMore(one));
          // What a topology cannot say is told.
          if (notes.length <= 1)
            assert.deepEqual(differences, [], `${text}\n${JSON.stringify(document, null, 1)}`);
        }),
        RUNS,
      );
    });
  });
}

/** A device may ask members nothing, where a topology has a connection tried. */
function asksMore({ wanted, found }: Difference): boolean {
  const asked = wanted.map((said) => said.replace(/ not checked$/, ' checked'));
  return asked.join() === found.map((said) => said.replace(/ by a connection to [0-9]+$/, '')).join();
}

/** One node alone does not show which of its TCP ports others would share. */
function isGuess({ vips, nodes }: FullTopologyDocument): boolean {
  return vips.some(({ id }) => nodes.filter(({ vip }) => vip === id).length < 2);
}
