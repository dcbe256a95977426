/**
 * What every target must keep whose engine or device is not at hand; the grammars of its dialect say whether that
 * would read it.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent } from '../../src/intent/model.ts';
import { exampleOf } from '../../src/targets/document.ts';
import { isFlushed } from '../../src/targets/ipvs/destinations.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import { loadTopology } from '../../src/topology/load.ts';
import { topologies } from '../topology/arbitrary.ts';
import type { FileGrammar } from './grammars/grammar.ts';
import { grammarOf } from './grammars/index.ts';

const intents: fc.Arbitrary<Intent> = topologies().map((topology) => buildIntent(clusterView(topology)));
const examples = new Map(
  await Promise.all(
    (['topology.yaml', 'tunnel.yaml'] as const).map(async (name) => {
      const { topology } = await loadTopology(`lb-config/${name}`);
      return [name, buildIntent(clusterView(topology!))] as const;
    }),
  ),
);
const devices = TARGETS.filter(({ kind }) => kind === 'device' || kind === 'software');

for (const target of devices) {
  describe(`${target.kind} ${target.name}`, () => {
    const grammar = (path: string): FileGrammar => {
      const found = grammarOf(target.name, path);
      assert.ok(found, `${path} has no grammar`);
      return found;
    };
    const example = examples.get(exampleOf(target))!;

    test('renders what its grammar reads, whatever the topology', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          for (const { path, content } of target.render(intent).files) {
            assert.deepEqual(grammar(path).check(content), [], content);
          }
        }),
        { numRuns: 300 },
      );
    });

    test('renders nothing that its grammar reads once a word is wrong', () => {
      const files = target.render(example).files;
      for (const { path, content } of files) {
        const lines = content.split('\n');
        const places = lines.flatMap((line, i) => (isCommand(grammar(path), line) ? [i] : []));
        fc.assert(
          fc.property(
            fc.constantFrom(...places),
            fc.nat(),
            fc.constantFrom(...DAMAGES),
            (place, which, damage) => {
              const damaged = [...lines];
              damaged[place] = damage(lines[place]!, which);
              assert.notDeepEqual(grammar(path).check(damaged.join('\n')), [], damaged[place]);
            },
          ),
          { numRuns: 300 },
        );
      }
    });

    test('leads every service of every address to its members, or says which it does not', () => {
      fc.assert(
        fc.property(intents, (intent) => {
          const { rules, findings } = target.render(intent);
          const about = (level: string) =>
            new Set(findings.filter((f) => f.level === level).flatMap((f) => f.about));
          const [refused, degraded] = [about('refused'), about('degraded')];
          const led = new Map<string, Set<string>>();
          for (const { key, node } of rules) {
            const id = key.split(' ')[0]!;
            const nodes = led.get(id) ?? new Set();
            if (node !== null) nodes.add(node);
            led.set(id, nodes);
          }
          for (const service of intent.services) {
            const { id, vip, members, addresses } = service;
            if (refused.has(id) || refused.has(vip)) continue;
            const families = new Set(addresses.map(({ family }) => family));
            for (const member of members) {
              // It is cut off, as was asked.
              if (isFlushed(service, member)) continue;
              if (!member.addresses.some(({ family }) => families.has(family))) continue;
              // A device without IPv6 says so of the service, which the other members still get.
              if (degraded.has(id) && member.addresses.every(({ family }) => family === 6)) continue;
              assert.ok(led.get(id)?.has(member.node), `${id} does not lead to ${member.node}`);
            }
          }
        }),
        { numRuns: 300 },
      );
    });
  });
}

/** Ways to spoil a line, none of which leaves a valid one. */
const DAMAGES: readonly ((line: string, which: number) => string)[] = [
  (line) => `${line} roomlb`,
  (line) => `   ${line}`,
  (line, which) => onWord(line, which, (word) => `${word}\u0430`),
  (line, which) => onWord(line, which, (word) => `${word};`),
  (line, which) => onWord(line, which, (word) => `~${word}`),
  (line) => (/ [0-9]+( |$)/.test(line) ? line.replace(/ [0-9]+(?= |$)/, ' 99999999') : `${line} 99999999`),
];

function onWord(line: string, which: number, change: (word: string) => string): string {
  const words = line.trimStart().split(' ');
  const at = which % words.length;
  const indent = line.slice(0, line.length - line.trimStart().length);
  return indent + words.map((word, i) => (i === at ? change(word) : word)).join(' ');
}

function isCommand({ comment }: FileGrammar, line: string): boolean {
  return line.trim() !== '' && (comment === null || !line.trimStart().startsWith(comment));
}
