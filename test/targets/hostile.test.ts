/**
 * Whatever stands at whatever place of a topology: it is refused, or it changes no more than a harmless value
 * there would. No line, quote, comment or command begins or ends because of it, in any dialect.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import type { Topology } from '../../src/topology/model.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import { GRAMMARS } from './grammars/index.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

const example = parse(await readFile('lb-config/topology.yaml', 'utf8')) as Json;
const places = [...stringsIn(example, [])];

/** What some dialect ends a line, a word, a quote or a block with, or begins a comment or a command with. */
const BREAKERS = [
  ...[
    '\n',
    '\r',
    '\t',
    '\0',
    '\u001b[2J',
    '\u0085',
    '\u2028',
    '"',
    "'",
    '`',
    '\\',
    ';',
    '!',
    '#',
    '{',
    '}',
    '[',
    ']',
  ],
  ...['(', ')', '$(reboot)', '`reboot`', '%0a', '&&', '|', '<', '>', '*', '?', '~', ' ', '/', '..', '\u202e'],
  // Look like Latin letters and digits, or like nothing.
  ...['\u0430', '\uff41', '\u0661', '\u200b', '\u00ad', 'e\u0301', '\ud800'],
];

describe('hostile text', () => {
  test('in any place of a topology is refused, or comes out in no dialect', () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.constantFrom(...BREAKERS),
        fc.constantFrom('before', 'inside', 'behind', 'alone'),
        (path, breaker, where) => {
          const old = String(at(example, path));
          const value = {
            before: breaker + old,
            inside: `${old.slice(0, 1)}${breaker}${old.slice(1)}`,
            behind: old + breaker,
            alone: breaker,
          }[where];
          const { topology } = parseTopology(JSON.stringify(replaced(example, path, value)), { file: 'f' });
          if (!topology) return;
          accepted += 1;
          assertHarmless(topology, value, path.join('.'));
        },
      ),
      { numRuns: 1000, includeErrorInReport: true },
    );
    assert.ok(accepted > 0, 'nothing was accepted, so nothing was looked at');
  });
});

/** Files are of printable ASCII, devices could read them, and what broke in is in none of them. */
function assertHarmless(topology: Topology, value: string, place: string): void {
  const intent = buildIntent(clusterView(topology));
  for (const { name, render } of TARGETS) {
    const { files, findings } = render(intent);
    for (const { path, content } of files) {
      assert.match(content, /^[\x20-\x7e\n]*$/, `${name} with ${JSON.stringify(value)} at ${place}`);
      const grammar = GRAMMARS[name]?.[path];
      if (grammar) assert.deepEqual(grammar.check(content), [], `${name} with ${value} at ${place}`);
      // A path may hold slashes and dots; where it is asked for is not in these files unless it is plain.
      if (/[^A-Za-z0-9_./:-]/.test(value))
        assert.ok(!content.includes(value), `${name}: ${value} at ${place}`);
    }
    for (const { message } of findings) assert.ok(!message.includes('\n'));
  }
}

function* stringsIn(value: Json, path: Path): Generator<Path> {
  if (typeof value === 'string') yield path;
  else if (Array.isArray(value)) for (const [i, one] of value.entries()) yield* stringsIn(one, [...path, i]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) yield* stringsIn(one, [...path, key]);
}

function at(value: Json, path: Path): Json {
  return path.reduce<Json>((one, key) => (one as Record<string | number, Json>)[key]!, value);
}

function replaced(value: Json, [key, ...rest]: Path, by: string): Json {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string | number, Json>;
  copy[key] = replaced(copy[key]!, rest, by);
  return copy as Json;
}
