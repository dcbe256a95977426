/** Topologies for tests of targets, written as the documents that users write. */
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent } from '../../src/intent/model.ts';
import { checkDocument } from '../../src/topology/document.ts';
import type { Topology } from '../../src/topology/model.ts';

/** What a test says of a VIP or a node, on top of the defaults below. */
export type Fields = Readonly<Record<string, unknown>>;

/** Throws what is wrong with the document. */
export function topologyOf(document: unknown): Topology {
  const { topology, faults } = checkDocument(document);
  if (!topology) throw new Error(JSON.stringify(faults, null, 2));
  return topology;
}

/** One dual-stack VIP `public` and nodes `sfu-1`, `sfu-2`… with two media ports each. */
export function cluster(vip: Fields, nodes: readonly Fields[]): Topology {
  return topologyOf({
    cluster: 'test-1',
    vips: [{ id: 'public', addresses: ['203.0.113.10', '2001:db8::10'], forwarding: 'nat', ...vip }],
    nodes: nodes.map((node, i) => ({
      id: `sfu-${i + 1}`,
      kind: 'mediasoup',
      vip: 'public',
      addresses: [`10.0.${(i + 1) >> 8}.${(i + 1) & 255}`, `fd00:1::${(i + 1).toString(16)}`],
      ...(vip.signalling ? { signallingPort: 4443 } : {}),
      ...(vip.media ? { mediaPorts: `${40000 + 2 * i}-${40001 + 2 * i}` } : {}),
      ...node,
    })),
  });
}

export function intentOf(topology: Topology): Intent {
  return buildIntent(clusterView(topology));
}
