/** The generated files that are committed, as pure text: path from the repository's root → content. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { clusterView } from '../src/cluster/view.ts';
import { buildIntent } from '../src/intent/build.ts';
import type { Intent } from '../src/intent/model.ts';
import { exampleOf, targetDocument } from '../src/targets/document.ts';
import { TARGETS } from '../src/targets/registry.ts';
import { providerDocuments } from '../src/terraform-provider/documents/documents.ts';
import { provider } from '../src/terraform-provider/roomlb.ts';
import { loadTopology } from '../src/topology/load.ts';
import { topologyJsonSchema } from '../src/topology/schema.ts';
import { withCapabilities } from './capability-table.ts';

const CONFIG_FOLDER = 'lb-config';
export const GENERATED_FOLDER = 'lb-config/generated';
export const DOCUMENT_FOLDER = 'lb-config/targets';
export const PROVIDER_FOLDER = 'terraform/docs';

export async function generatedFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const target of TARGETS) {
    files.set(`${DOCUMENT_FOLDER}/${target.name}.md`, targetDocument(target));
    const intent = await intentOf(`${CONFIG_FOLDER}/${exampleOf(target)}`);
    for (const { path, content } of target.render(intent).files) {
      files.set(`${GENERATED_FOLDER}/${target.name}/${path}`, content);
    }
  }
  files.set('lb-config/topology.schema.json', `${JSON.stringify(topologyJsonSchema(), null, 2)}\n`);
  for (const [path, content] of providerDocuments(provider, exampleText)) {
    files.set(`${PROVIDER_FOLDER}/${path}`, content);
  }
  files.set('README.md', withCapabilities(await readFile('README.md', 'utf8'), TARGETS));
  return files;
}

/** Examples are run by a test, so that what documents show works. */
function exampleText(path: string): string | undefined {
  const file = `terraform/examples/${path}`;
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

async function intentOf(path: string): Promise<Intent> {
  const { topology, faults } = await loadTopology(path);
  if (!topology) throw new Error(`${path}: ${faults.map(({ message }) => message).join('; ')}`);
  return buildIntent(clusterView(topology));
}
