/** The documents of a provider in the layout of Terraform's registry (docs/index.md, docs/resources/…). Pure. */
import type { DataSource, Provider, ProviderFunction, Resource } from '../plugin/provider.ts';
import { attributeSections } from './attributes.ts';
import { codeBlock, firstSentence, pageText } from './page.ts';
import { typeNotation } from './type-name.ts';

/** Reads an example by its path (`resources/roomlb_node/resource.tf`); undefined where there is none. */
export type Examples = (path: string) => string | undefined;

/**
 * Path in the folder of documents → text. Sorted by path.
 *
 * @throws Error for a resource, a data source or a function without an example: a test runs all of them
 */
export function providerDocuments<C>(provider: Provider<C>, examples: Examples): Map<string, string> {
  const { resources, dataSources, functions } = provider;
  const fullName = ({ name }: { readonly name: string }) => `${provider.name}_${name}`;
  const pages: [string, string][] = [
    ['index.md', index(provider, examples)],
    ...resources.map((one): [string, string] => [
      `resources/${one.name}.md`,
      resourcePage(fullName(one), one, examples),
    ]),
    ...dataSources.map((one): [string, string] => [
      `data-sources/${one.name}.md`,
      dataSourcePage(fullName(one), one, examples),
    ]),
    ...functions.map((one): [string, string] => [`functions/${one.name}.md`, functionPage(one, examples)]),
  ];
  return new Map(pages.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function index<C>({ name, schema }: Provider<C>, examples: Examples): string {
  return pageText(`${name} Provider`, {
    title: `Provider: ${name}`,
    description: firstSentence(schema.description),
    parts: [
      schema.description,
      '## Example Usage',
      required(examples, 'provider/provider.tf'),
      attributeSections(schema.attributes),
    ],
  });
}

function resourcePage<C>(
  name: string,
  { schema, import: importer }: Resource<C>,
  examples: Examples,
): string {
  const folder = `resources/${name}`;
  return pageText(`${name} (Resource)`, {
    title: `${name} Resource`,
    description: firstSentence(schema.description),
    parts: [
      schema.deprecated === undefined ? null : `~> **Deprecated:** ${schema.deprecated}`,
      schema.description,
      '## Example Usage',
      required(examples, `${folder}/resource.tf`),
      attributeSections(schema.attributes),
      ...(importer
        ? [
            '## Import',
            'By a block, from Terraform 1.5 on, or by the command:',
            required(examples, `${folder}/import.tf`),
            codeBlock('shell', requiredText(examples, `${folder}/import.sh`)),
          ]
        : []),
    ],
  });
}

function dataSourcePage<C>(name: string, { schema }: DataSource<C>, examples: Examples): string {
  return pageText(`${name} (Data Source)`, {
    title: `${name} Data Source`,
    description: firstSentence(schema.description),
    parts: [
      schema.deprecated === undefined ? null : `~> **Deprecated:** ${schema.deprecated}`,
      schema.description,
      '## Example Usage',
      required(examples, `data-sources/${name}/data-source.tf`),
      attributeSections(schema.attributes),
    ],
  });
}

function functionPage(one: ProviderFunction, examples: Examples): string {
  const { name, summary, description, parameters, returns } = one;
  const signature = `${name}(${parameters.map((p) => `${p.name} ${typeNotation(p.type)}`).join(', ')})`;
  return pageText(`Function: ${name}`, {
    title: `${name} Function`,
    description: `${summary}.`,
    parts: [
      description,
      '## Example Usage',
      required(examples, `functions/${name}/function.tf`),
      '## Signature',
      codeBlock('text', `${signature} ${typeNotation(returns)}`),
      '## Arguments',
      parameters
        .map((p, at) => `${at + 1}. \`${p.name}\` (\`${typeNotation(p.type)}\`) ${p.description}`)
        .join('\n'),
    ],
  });
}

function required(examples: Examples, path: string): string {
  return codeBlock('terraform', requiredText(examples, path));
}

function requiredText(examples: Examples, path: string): string {
  const text = examples(path);
  if (text === undefined) throw new Error(`there is no example ${path}, which the documents need`);
  return text;
}
