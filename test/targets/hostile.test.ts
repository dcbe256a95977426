/**
 * Whatever stands at whatever place of a topology: it is refused, or it changes no more than a harmless value
 * there would. No line, quote, comment or command begins or ends because of it, in any dialect.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { exampleOf } from '../../src/targets/document.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import type { Topology } from '../../src/topology/model.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import { grammarOf } from './grammars/index.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

const example = parse(await readFile('lb-config/topology.yaml', 'utf8')) as Json;
/** One of each kind: what holds for one node holds for the others. */
const places = [...new Map([...stringsIn(example, [])].map((path) => [kindOf(path), path])).values()];

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
  let accepted = 0;
  for (const path of places) {
    test(`at ${path.join('.')} is refused, or comes out in no dialect`, () => {
      const old = textAt(example, path);
      for (const breaker of BREAKERS) {
        for (const value of [breaker + old, `${old.slice(0, 1)}${breaker}${old.slice(1)}`, old + breaker]) {
          const { topology } = parseTopology(JSON.stringify(replaced(example, path, value)), { file: 'f' });
          if (!topology) continue;
          accepted += 1;
          assertHarmless(topology, value, path.join('.'));
        }
      }
    });
  }

  test('is accepted somewhere, or nothing would have been looked at', () => {
    assert.ok(accepted > 0);
  });
});

/** Files are of printable ASCII, devices could read them, and what broke in is in none of them. */
function assertHarmless(topology: Topology, value: string, place: string): void {
  const intents = {
    'topology.yaml': buildIntent(clusterView(topology)),
    'tunnel.yaml': buildIntent(clusterView(tunnelled(topology))),
  };
  for (const target of TARGETS) {
    const { name } = target;
    const { files, findings } = target.render(intents[exampleOf(target)]);
    for (const { path, content } of files) {
      assert.match(content, /^[\x20-\x7e\n]*$/, `${name} with ${JSON.stringify(value)} at ${place}`);
      const grammar = grammarOf(name, path);
      if (grammar) assert.deepEqual(grammar.check(content), [], `${name} with ${value} at ${place}`);
      // A path may hold slashes and dots; where it is asked for is not in these files unless it is plain.
      if (/[^A-Za-z0-9_./:-]/.test(value))
        assert.ok(!content.includes(value), `${name}: ${value} at ${place}`);
    }
    for (const { message } of findings) assert.ok(!message.includes('\n'));
  }
}

/** For balancers that carry nothing else. */
function tunnelled(topology: Topology): Topology {
  return { ...topology, vips: topology.vips.map((vip) => ({ ...vip, forwarding: 'tunnel' as const })) };
}

function* stringsIn(value: Json, path: Path): Generator<Path> {
  if (typeof value === 'string') yield path;
  else if (Array.isArray(value)) for (const [i, one] of value.entries()) yield* stringsIn(one, [...path, i]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) yield* stringsIn(one, [...path, key]);
}

function kindOf(path: Path): string {
  return path.filter((key) => typeof key === 'string').join('.');
}

function textAt(value: Json, path: Path): string {
  const found = path.reduce<Json>((one, key) => (one as Record<string | number, Json>)[key]!, value);
  assert.ok(typeof found === 'string');
  return found;
}

function replaced(value: Json, [key, ...rest]: Path, by: string): Json {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string | number, Json>;
  copy[key] = replaced(copy[key]!, rest, by);
  return copy;
}
