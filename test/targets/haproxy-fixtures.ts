/** Topology texts to what HAProxy's target makes of them. */
import assert from 'node:assert/strict';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { haproxy } from '../../src/targets/haproxy/index.ts';
import type { Rendering } from '../../src/targets/target.ts';
import type { Topology } from '../../src/topology/model.ts';
import { parseTopology } from '../../src/topology/parse.ts';

/** A topology from YAML; its faults fail the test. */
export function topologyOf(yaml: string): Topology {
  const { topology, faults } = parseTopology(yaml, { file: 'test.yaml' });
  assert.ok(topology, JSON.stringify(faults));
  return topology;
}

export function renderTopology(topology: Topology): Rendering {
  return haproxy.render(buildIntent(clusterView(topology)));
}

/** The text of the one file. */
export function configOf(topology: Topology): string {
  const [file] = renderTopology(topology).files;
  assert.ok(file, 'nothing was rendered');
  return file.content;
}

/** Lines of one section, without indent. */
export function sectionOf(config: string, name: string): string[] {
  const found = config.split('\n\n').find((part) => part.split('\n')[0]?.split(' ')[1] === name);
  assert.ok(found, `there is no section ${name}`);
  return found
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter(Boolean);
}
