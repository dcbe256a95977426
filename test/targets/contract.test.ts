/** What every target must keep, whatever its dialect. Adding a target to the registry adds it here. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent } from '../../src/intent/model.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import { DIALECTS } from '../../src/topology/balancers/balancer.ts';
import { topologies } from '../topology/arbitrary.ts';

const intents: fc.Arbitrary<Intent> = topologies().map((topology) => buildIntent(clusterView(topology)));
const RUNS = { numRuns: 100 };

for (const target of TARGETS) {
  describe(`target ${target.name}`, () => {
    test('renders the same bytes for the same intent', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          assert.deepEqual(target.render(structuredClone(intent)), target.render(intent));
        }),
        RUNS,
      );
    });

    test('carries every service, or names it as refused', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          const { files, findings } = target.render(intent);
          const ids = new Set([...intent.services, ...intent.vips].map(({ id }) => id));
          for (const { about } of findings)
            for (const id of about) assert.ok(ids.has(id), `unknown id ${id}`);
          const refused = findings.filter(({ level }) => level === 'refused').flatMap(({ about }) => about);
          if (files.length === 0) {
            const missing = intent.services.filter(
              ({ id, vip }) => !refused.includes(id) && !refused.includes(vip),
            );
            assert.deepEqual(missing, [], 'nothing was rendered, but not every service was refused');
          }
        }),
        RUNS,
      );
    });

    test('says the revision in its text, and nothing of the clock', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          const { files } = target.render(intent);
          if (files.length > 0) assert.ok(files.some(({ content }) => content.includes(intent.revision)));
        }),
        RUNS,
      );
    });

    test('keys its rules uniquely, and leads them to nodes of the intent', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          const { rules } = target.render(intent);
          const keys = rules.map(({ key }) => key);
          assert.equal(new Set(keys).size, keys.length);
          const nodes = new Set(intent.services.flatMap(({ members }) => members.map(({ node }) => node)));
          for (const { node } of rules) assert.ok(node === null || nodes.has(node));
        }),
        RUNS,
      );
    });

    test('writes files with distinct, relative paths and a final line break', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          const { files } = target.render(intent);
          assert.equal(new Set(files.map(({ path }) => path)).size, files.length);
          for (const { path, content } of files) {
            assert.match(path, /^[a-z0-9][a-z0-9._-]*$/);
            assert.ok(content.endsWith('\n'));
          }
        }),
        RUNS,
      );
    });
  });
}

test('a topology names as balancers just those targets that are one', () => {
  // A node is set up by hand, once.
  const names = TARGETS.map(({ name }) => name).filter((name) => name !== 'node-setup');
  assert.deepEqual([...DIALECTS].sort(), names.sort());
});
