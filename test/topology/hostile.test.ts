/** Nothing that a topology accepts can break out of a line, a quote or a word of a generated file. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkDocument } from '../../src/topology/document.ts';
import { formatFaults, isError } from '../../src/topology/faults.ts';
import { parseTopology } from '../../src/topology/parse.ts';

const RUNS = { numRuns: 200 };
const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** One of the characters of `text`. */
const characters = (text: string): fc.Arbitrary<string> => fc.constantFrom(...Array.from(text));

/** Mostly of characters that ids may have, with now and then one that configuration languages act on. */
const hostile = fc.oneof(
  fc.string({ unit: characters('aZ09_.-'), maxLength: 70 }),
  fc.string({
    unit: characters('a0.- \n\r\t"\'\\{}[]();#$%&|<>`*?!:/,=@~^\0\u2028é😀'),
    maxLength: 5,
  }),
  fc.string({ unit: 'binary', maxLength: 70 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '../../etc', 'a\n', '\na', 'ａ', 'a\u0000'),
);

function documentWith(ids: { cluster: string; vip: string; node: string; zone: string }): unknown {
  return {
    cluster: ids.cluster,
    vips: [{ id: ids.vip, addresses: ['203.0.113.10'], media: { ports: '40000-49999' } }],
    nodes: [
      {
        id: ids.node,
        kind: 'janus',
        vip: ids.vip,
        zone: ids.zone,
        addresses: ['10.0.1.11'],
        mediaPorts: 40000,
      },
    ],
  };
}

const ids = fc.record({ cluster: hostile, vip: hostile, node: hostile, zone: hostile });

describe('hostile text', () => {
  test('is accepted as an id exactly where it matches the pattern of ids', () => {
    fc.assert(
      fc.property(ids, (given) => {
        const { topology } = checkDocument(documentWith(given));
        assert.equal(
          topology !== undefined,
          Object.values(given).every((id) => ID.test(id)),
        );
      }),
      RUNS,
    );
  });

  test('of one character too many is refused in each place, whatever the character', () => {
    const fine = { cluster: 'c', vip: 'v', node: 'n', zone: 'z' };
    const accepts = (given: typeof fine) => checkDocument(documentWith(given)).topology !== undefined;
    for (let code = 0; code < 0x180; code += 1) {
      const character = String.fromCharCode(code);
      for (const id of [`a${character}b`, `${character}b`, `a${character}`]) {
        for (const place of ['cluster', 'vip', 'node', 'zone'] as const) {
          assert.equal(accepts({ ...fine, [place]: id }), ID.test(id), `${place} ${JSON.stringify(id)}`);
        }
      }
    }
    assert.ok(accepts({ ...fine, node: 'a'.repeat(63) }));
    assert.ok(!accepts({ ...fine, node: 'a'.repeat(64) }));
  });

  test('means the same as JSON text and as plain data', () => {
    fc.assert(
      fc.property(ids, (given) => {
        const document = documentWith(given);
        const read = parseTopology(JSON.stringify(document), { file: 'f' });
        const checked = checkDocument(document);
        assert.deepEqual(read.topology, checked.topology);
        // YAML, unlike JSON, knows no surrogate escapes and no NUL: those texts it refuses in its own words.
        if (!checked.topology) assert.ok(read.faults.some(isError));
      }),
      RUNS,
    );
  });

  test('is a fault and never an exception, whatever the document', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, maxDepth: 4 }), (document) => {
        const { topology, faults } = checkDocument(JSON.parse(JSON.stringify([document]).slice(1, -1)));
        assert.equal(topology, undefined);
        assert.ok(faults.length > 0);
      }),
      RUNS,
    );
  });

  test('is a fault and never an exception, however deep its lists and mappings are', () => {
    const base = { cluster: 'c', vips: [{ id: 'v', addresses: ['203.0.113.10'] }], nodes: [] };
    const nested = (levels: number, wrap: (inner: unknown) => unknown) => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level += 1) value = wrap(value);
      return value;
    };
    const wraps = [(inner: unknown) => [inner], (inner: unknown) => ({ a: inner })];
    for (const deep of wraps.map((wrap) => nested(100_000, wrap))) {
      const documents = [
        deep,
        { ...base, cluster: deep },
        { ...base, nodes: deep },
        { ...base, vips: [{ ...base.vips[0], media: deep }] },
        { ...base, unknown: deep },
        { ...base, health: { checks: [deep] } },
      ];
      for (const document of documents) {
        const { topology, faults } = checkDocument(document);
        assert.equal(topology, undefined);
        assert.deepEqual(faults, [
          {
            severity: 'error',
            path: '',
            message: 'is nested more than 32 levels deep',
            hint: 'a topology needs five',
          },
        ]);
      }
    }
    // A little too deep is a matter of shape, which says where.
    assert.equal(
      checkDocument({ ...base, cluster: nested(9, (inner) => [inner]) }).faults[0]?.path,
      'cluster',
    );
  });

  test('is a fault and never an exception in any place of a document', () => {
    const base = JSON.stringify(documentWith({ cluster: 'c', vip: 'v', node: 'n', zone: 'z' }));
    const places = [...base.matchAll(/"(?:[^"\\]|\\.)*"|\d+|\[|\{/g)].map(({ index }) => index);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 2 }), (place, value) => {
        const text = `${base.slice(0, place)}${JSON.stringify(value)}, ${base.slice(place)}`;
        assert.ok(Array.isArray(parseTopology(text, { file: 'f' }).faults));
      }),
      RUNS,
    );
  });

  test('is a fault and never an exception as YAML', () => {
    const yaml = fc.string({ unit: characters('a: -\n[]{}&*!|>"\'#,?%@`~\t01'), maxLength: 200 });
    fc.assert(
      fc.property(yaml, (text) => {
        const { topology, faults } = parseTopology(text, { file: 'f' });
        assert.equal(topology, undefined);
        for (const { line, column } of faults) assert.ok((line ?? 0) >= 1 && (column ?? 0) >= 1);
      }),
      { numRuns: 500 },
    );
  });

  test('never reaches a terminal raw', () => {
    fc.assert(
      fc.property(hostile, hostile, (key, value) => {
        const { faults } = checkDocument({ [key]: value, cluster: value, vips: [{ id: value, [key]: 1 }] });
        assert.doesNotMatch(formatFaults(faults).replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      }),
      RUNS,
    );
  });
});
