import { readFile } from 'node:fs/promises';
/** The generated files that are committed, as pure text: path from the repository's root → content. */
import { clusterView } from '../src/cluster/view.ts';
import { buildIntent } from '../src/intent/build.ts';
import type { Intent } from '../src/intent/model.ts';
import { exampleOf, targetDocument } from '../src/targets/document.ts';
import { TARGETS } from '../src/targets/registry.ts';
import { loadTopology } from '../src/topology/load.ts';
import { topologyJsonSchema } from '../src/topology/schema.ts';
import { withCapabilities } from './capability-table.ts';

const CONFIG_FOLDER = 'lb-config';
export const GENERATED_FOLDER = 'lb-config/generated';
export const DOCUMENT_FOLDER = 'lb-config/targets';

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
  files.set('README.md', withCapabilities(await readFile('README.md', 'utf8'), TARGETS));
  return files;
}

async function intentOf(path: string): Promise<Intent> {
  const { topology, faults } = await loadTopology(path);
  if (!topology) throw new Error(`${path}: ${faults.map(({ message }) => message).join('; ')}`);
  return buildIntent(clusterView(topology));
}
