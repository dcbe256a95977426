import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { parse } from 'yaml';
import { toDocument } from '../../src/topology/format.ts';
import { loadTopology } from '../../src/topology/load.ts';
import { topologyJsonSchema } from '../../src/topology/schema.ts';
import { topologies } from './arbitrary.ts';

const EXAMPLES = ['lb-config/topology.yaml', 'lb-config/tunnel.yaml', 'lb-config/local.yaml'];
const PUBLISHED = 'lb-config/topology.schema.json';

const accepts = new Ajv().compile(topologyJsonSchema());

/** Every sub-schema, with where it stands. */
function* schemas(schema: unknown, path = ''): Generator<[string, Record<string, unknown>]> {
  if (typeof schema !== 'object' || schema === null) return;
  const record = schema as Record<string, unknown>;
  yield [path, record];
  yield* schemasWithin(record, path);
  // The alternatives of one thing are explained together.
  for (const alternative of (record.anyOf ?? []) as Record<string, unknown>[]) {
    yield* schemasWithin(alternative, path);
  }
}

function* schemasWithin(record: Record<string, unknown>, path: string) {
  const properties = (record.properties ?? {}) as Record<string, unknown>;
  for (const [key, value] of Object.entries(properties)) yield* schemas(value, `${path}.${key}`);
  yield* schemas(record.items, `${path}[]`);
}

describe('the JSON Schema', () => {
  test(`is published in ${PUBLISHED} as it is (npm run generate renews it)`, async () => {
    assert.deepEqual(JSON.parse(await readFile(PUBLISHED, 'utf8')), topologyJsonSchema());
  });

  for (const file of EXAMPLES) {
    test(`accepts ${file}, as the parser does, which has nothing to say of it`, async () => {
      const { topology, faults } = await loadTopology(file);
      assert.deepEqual(faults, []);
      assert.ok(topology);
      assert.ok(accepts(parse(await readFile(file, 'utf8'))), JSON.stringify(accepts.errors));
    });

    test(`is named by the first line of ${file}, for editors`, async () => {
      const [first] = (await readFile(file, 'utf8')).split('\n');
      assert.equal(first, '# yaml-language-server: $schema=./topology.schema.json');
    });
  }

  test('accepts whatever the parser accepts', () => {
    fc.assert(
      fc.property(topologies(), (topology) => {
        assert.ok(accepts(toDocument(topology)), JSON.stringify(accepts.errors));
      }),
      { numRuns: 100 },
    );
  });

  test('refuses unknown keys everywhere', async () => {
    const example = parse(await readFile('lb-config/topology.yaml', 'utf8')) as unknown;
    const mappings: Record<string, unknown>[] = [];
    const collect = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Array.isArray(value)) mappings.push(value as Record<string, unknown>);
      Object.values(value).forEach(collect);
    };
    collect(example);
    assert.ok(mappings.length > 12);
    for (const mapping of mappings) {
      mapping.unheardOf = 1;
      assert.equal(accepts(example), false);
      delete mapping.unheardOf;
      assert.equal(accepts(example), true);
    }
  });

  test('means the same in draft 2020-12, which OpenAPI 3.1 uses', () => {
    const { $schema, ...schema } = topologyJsonSchema();
    assert.equal($schema, 'http://json-schema.org/draft-07/schema#');
    const modern = new Ajv2020().compile(schema);
    fc.assert(
      fc.property(topologies(), (topology) => {
        const document: Record<string, unknown> = { ...toDocument(topology) };
        assert.ok(modern(document));
        assert.equal(modern({ ...document, unheardOf: 1 }), false);
      }),
      { numRuns: 50 },
    );
  });

  test('explains every property, and gives examples that it accepts itself', () => {
    const ajv = new Ajv();
    let count = 0;
    for (const [path, schema] of schemas(topologyJsonSchema())) {
      if (path !== '' && !path.endsWith('[]')) {
        assert.equal(typeof schema.description, 'string', `${path} has no description`);
        count += 1;
      }
      const { examples = [], default: fallback } = schema as { examples?: unknown[]; default?: unknown };
      for (const example of fallback === undefined ? examples : [...examples, fallback]) {
        assert.ok(ajv.validate(schema, example), `${path} refuses its own ${JSON.stringify(example)}`);
      }
    }
    assert.ok(count > 70, `only ${count} properties were looked at`);
  });
});
