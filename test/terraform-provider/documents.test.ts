import assert from 'node:assert/strict';
import { test } from 'node:test';
import { providerDocuments } from '../../src/terraform-provider/documents/documents.ts';
import type { Provider } from '../../src/terraform-provider/plugin/provider.ts';
import type { Attributes, Schema } from '../../src/terraform-provider/plugin/schema.ts';
import { provider } from '../../src/terraform-provider/roomlb.ts';

const SCHEMA: Schema = {
  version: 0,
  description: 'A door with `locks`. It has more to it.\n\nA second paragraph.',
  attributes: {
    width: { type: 'number', presence: 'required', description: 'In millimetres.', replaces: true },
    colour: {
      type: 'string',
      presence: 'optional-computed',
      default: 'red',
      description: 'Its colour.',
      example: '"blue"',
    },
    code: { type: 'string', presence: 'optional', sensitive: true, description: 'Opens it.' },
    bell: { type: 'bool', presence: 'optional', deprecated: 'use `locks`.', description: 'Rings.' },
    id: { type: 'string', presence: 'computed', description: 'Its name.' },
    locks: {
      nested: {
        nesting: 'list',
        attributes: {
          sizes: { type: ['list', ['map', 'number']], presence: 'required', description: 'Of\nkeys.' },
        },
      },
      presence: 'optional',
      description: 'Its locks.',
    },
  },
};

const PROVIDER: Provider<null> = {
  name: 'house',
  version: '1.2.3',
  schema: { version: 0, description: 'Houses.', attributes: {} },
  configure: () => Promise.resolve(null),
  resources: [
    {
      name: 'door',
      schema: SCHEMA,
      create: () => Promise.resolve({}),
      read: () => Promise.resolve(null),
      delete: () => Promise.resolve(),
      import: () => Promise.resolve({}),
    },
  ],
  dataSources: [
    {
      name: 'key',
      schema: { version: 0, description: 'A key.', deprecated: 'It was lost.', attributes: {} },
      read: () => Promise.resolve({}),
    },
  ],
  functions: [
    {
      name: 'area',
      summary: 'The area of a wall',
      description: 'Of a wall.',
      parameters: [
        { name: 'wall', type: ['object', { a: 'number', b: ['list', 'string'] }], description: 'The wall.' },
      ],
      returns: 'number',
      call: () => 0,
    },
  ],
};

test('documents have the layout of the registry', () => {
  const documents = providerDocuments(PROVIDER, (path) => `# ${path}\n`);
  assert.deepEqual(
    [...documents.keys()],
    ['data-sources/key.md', 'functions/area.md', 'index.md', 'resources/door.md'],
  );
  assert.equal(
    documents.get('resources/door.md'),
    `---
page_title: "house_door Resource"
subcategory: ""
description: "A door with locks."
---

# house_door (Resource)

A door with \`locks\`. It has more to it.

A second paragraph.

## Example Usage

\`\`\`terraform
# resources/house_door/resource.tf
\`\`\`

## Schema

### Required

- \`width\` (Number) In millimetres. A change makes the object anew.

### Optional

- \`bell\` (Boolean, Deprecated) **Deprecated:** use \`locks\`. Rings.
- \`code\` (String, Sensitive) Opens it.
- \`colour\` (String) Its colour. Default: \`"red"\`. For example \`"blue"\`.
- \`locks\` (Attributes List) Its locks. See [its attributes](#nestedatt--locks).

### Read-Only

- \`id\` (String) Its name.

<a id="nestedatt--locks"></a>

### Nested Schema for \`locks\`

#### Required

- \`sizes\` (List of Map of Number) Of keys.

## Import

By a block, from Terraform 1.5 on, or by the command:

\`\`\`terraform
# resources/house_door/import.tf
\`\`\`

\`\`\`shell
# resources/house_door/import.sh
\`\`\`
`,
  );
  assert.match(
    documents.get('functions/area.md') ?? '',
    /area\(wall object\({ a = number, b = list\(string\) }\)\) number/,
  );
  assert.match(documents.get('data-sources/key.md') ?? '', /\n~> \*\*Deprecated:\*\* It was lost\.\n/);
});

test('what has no example has no documents', () => {
  const examples = (path: string) => (path.startsWith('functions/') ? undefined : '');
  assert.throws(() => providerDocuments(PROVIDER, examples), /no example functions\/area\/function\.tf/);
});

/** Path → description, nested ones included. */
function descriptions(attributes: Attributes, path: string): [string, string][] {
  return Object.entries(attributes).flatMap(([name, { description, nested }]) => {
    const at = `${path}.${name}`;
    return [[at, description], ...(nested ? descriptions(nested.attributes, at) : [])];
  });
}

test('whatever there is of the provider is described, in the words of Terraform', () => {
  const { name, schema, resources, dataSources, functions } = provider;
  const all: [string, string][] = [
    [name, schema.description],
    ...descriptions(schema.attributes, name),
    ...[...resources, ...dataSources].flatMap((one): [string, string][] => [
      [one.name, one.schema.description],
      ...descriptions(one.schema.attributes, one.name),
    ]),
    ...functions.flatMap((one): [string, string][] => [
      [one.name, one.description],
      ...one.parameters.map((parameter): [string, string] => [
        `${one.name}(${parameter.name})`,
        parameter.description,
      ]),
    ]),
  ];
  const undescribed = all.filter(([, text]) => text.trim().length < 4).map(([at]) => at);
  assert.deepEqual(undescribed, []);
  // In code marks stands what is written elsewhere, such as members of a topology that is given as JSON.
  const foreign = all.filter(([, text]) => /\b[a-z]+[A-Z][a-z]/.test(text.replace(/`[^`]*`/g, '')));
  assert.deepEqual(foreign, []);
});
