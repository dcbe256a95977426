import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topologyRevision } from '../../src/topology/revision.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { clusterView } from '../../src/cluster/view.ts';
import { formatFaults } from '../../src/topology/faults.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import { MAX_PINS } from '../../src/topology/pins/schema.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';

const LINES = SMALL.split('\n').length;

/** The faults of the small cluster with these pins, each with its line counted from the list's own. */
function faultsOf(pins: string): string[] {
  const { faults } = parseTopology(`${SMALL}pins:\n${pins}\n`, { file: 'f' });
  return formatFaults(faults.filter(({ severity }) => severity === 'error'))
    .split('\n')
    .map((line) => line.replace(/^f:(\d+):/, (_, number: string) => `+${Number(number) - LINES}:`));
}

test('pins are read, sorted by room, lax where they do not say', () => {
  const { pins } = parse(
    `${SMALL}pins:\n  - { room: b, node: sfu-1 }\n  - { room: "a b", node: jan-1, strict: true }`,
  );
  assert.deepEqual(pins, [
    { room: 'a b', node: 'jan-1', strict: true },
    { room: 'b', node: 'sfu-1', strict: false },
  ]);
  assert.deepEqual(parse(SMALL).pins, []);
});

test('pins that cannot be meant are refused, with file, line and what to write', () => {
  const cases: [string, string[]][] = [
    [
      '  - { room: a, node: sfu-11 }',
      [
        '+1:22: error: pins[0].node: there is no node sfu-11, which room "a" is pinned to (hint: did you mean "sfu-1"?)',
      ],
    ],
    [
      '  - { room: a, node: sfu-1 }\n  - { room: a, node: sfu-2 }',
      [
        '+2:13: error: pins[1].room: another pin has the room "a" (hint: a room has one node; leave one of them out)',
      ],
    ],
    ['  - { room: a, node: sfu-1 }\n  - { room: A, node: sfu-1 }', ['']],
    [
      '  - { room: "a\\tb", node: sfu-1 }',
      [
        '+1:13: error: pins[0].room: a room name must be valid Unicode without control characters (hint: write the name that PUT /v1/rooms/{room} is asked with)',
      ],
    ],
    [
      '  - { room: 7, node: sfu-1 }',
      [
        '+1:13: error: pins[0].room: must be text of 1 to 256 characters, found 7 (hint: text that looks like a number needs quotes: "7")',
      ],
    ],
    ['  - { room: a }', ['+1:5: error: pins[0].node: is missing (hint: add node: sfu-3)']],
    [
      `  - { room: ${'é'.repeat(129)}, node: sfu-1 }`,
      [
        '+1:13: error: pins[0].room: a room name has at most 256 bytes as UTF-8, this one has 258 (hint: write the name that PUT /v1/rooms/{room} is asked with)',
      ],
    ],
    [
      Array.from({ length: MAX_PINS + 1 }, (_, i) => `  - { room: r${i}, node: sfu-1 }`).join('\n'),
      [
        `+1:3: error: pins: must be a list of at most ${MAX_PINS}, found a list (hint: write its items below it, each beginning with "- ")`,
      ],
    ],
  ];
  for (const [pins, expected] of cases) assert.deepEqual(faultsOf(pins), expected);
});

test('a pin changes the revision of the topology, and not that of the intent: no rule follows from it', () => {
  const [without, pinned] = [parse(SMALL), parse(`${SMALL}pins: [{ room: a, node: sfu-1 }]`)];
  assert.notEqual(topologyRevision(without), topologyRevision(pinned));
  const [before, after] = [without, pinned].map((topology) => buildIntent(clusterView(topology)).revision);
  assert.equal(before, after);
});
