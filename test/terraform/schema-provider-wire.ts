/** Recovered schemas as Terraform's plugin protocol 6 (tfplugin6) has them on the wire. */
import protobuf from 'protobufjs/light.js';
import type { Block, NestedBlock, RecoveredSchema } from './cdktf-schema.ts';

const root = protobuf.Root.fromJSON({
  nested: {
    Response: {
      fields: {
        provider: { id: 1, type: 'Schema' },
        resourceSchemas: { id: 2, rule: 'repeated', type: 'Entry' },
        dataSourceSchemas: { id: 3, rule: 'repeated', type: 'Entry' },
      },
    },
    // Maps are that on the wire.
    Entry: { fields: { key: { id: 1, type: 'string' }, value: { id: 2, type: 'Schema' } } },
    Schema: { fields: { version: { id: 1, type: 'int64' }, block: { id: 2, type: 'Block' } } },
    Block: {
      fields: {
        attributes: { id: 2, rule: 'repeated', type: 'Attribute' },
        blockTypes: { id: 3, rule: 'repeated', type: 'NestedBlock' },
      },
    },
    Attribute: {
      fields: {
        name: { id: 1, type: 'string' },
        type: { id: 2, type: 'bytes' },
        required: { id: 4, type: 'bool' },
        optional: { id: 5, type: 'bool' },
        computed: { id: 6, type: 'bool' },
      },
    },
    NestedBlock: {
      fields: {
        typeName: { id: 1, type: 'string' },
        block: { id: 2, type: 'Block' },
        nesting: { id: 3, type: 'int32' },
        minItems: { id: 4, type: 'int64' },
        maxItems: { id: 5, type: 'int64' },
      },
    },
  },
});

const NESTING = { single: 1, list: 2, set: 3 };

/** The answer to GetProviderSchema. */
export function encodeSchemas(schemas: readonly RecoveredSchema[]): Uint8Array {
  const of = (kind: RecoveredSchema['kind']) =>
    schemas
      .filter((one) => one.kind === kind)
      .map(({ type, block }) => ({ key: type, value: { version: 0, block: wireBlock(block) } }));
  const provider = of('provider')[0]?.value;
  const response = root.lookupType('Response');
  return response
    .encode(response.create({ provider, resourceSchemas: of('resource'), dataSourceSchemas: of('data') }))
    .finish();
}

function wireBlock({ attributes, blocks }: Block): object {
  return {
    attributes: Object.entries(attributes).map(([name, { type, presence }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      ...presence,
    })),
    blockTypes: Object.entries(blocks).map(([name, nested]) => wireNested(name, nested)),
  };
}

function wireNested(typeName: string, { nesting, required, one, block }: NestedBlock): object {
  // Of a single block core takes no limits.
  const limits = nesting === 'single' ? {} : { minItems: required ? 1 : 0, maxItems: one ? 1 : 0 };
  return { typeName, block: wireBlock(block), nesting: NESTING[nesting], ...limits };
}
