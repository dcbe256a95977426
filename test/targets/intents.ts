/** Intents for tests of targets, by way of the whole pipeline, from topologies in the words of their users. */
import assert from 'node:assert/strict';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent } from '../../src/intent/model.ts';
import type { Rendering } from '../../src/targets/target.ts';
import type { Topology } from '../../src/topology/model.ts';
import { parseTopology } from '../../src/topology/parse.ts';

export function topologyOf(yaml: string): Topology {
  const { topology, faults } = parseTopology(yaml, { file: 'test' });
  assert.ok(topology, JSON.stringify(faults, null, 2));
  return topology;
}

export function intentOf(yaml: string): Intent {
  return buildIntent(clusterView(topologyOf(yaml)));
}

/**
 * A cluster of any size behind one VIP of both families, with signalling and four media ports a node on
 * both protocols. Every fifth node drains, and every seventh speaks IPv4 only.
 */
export function clusterOf(size: number, forwarding: string): string {
  const nodes = Array.from({ length: size }, (_, i) => {
    const six = i % 7 === 6 ? '' : `, 'fd00::1:${(i + 1).toString(16)}'`;
    return (
      `  - { id: n${i}, kind: mediasoup, vip: v, addresses: [10.0.${i >> 8}.${i & 255}${six}]` +
      `, weight: ${(i * 37) % 256}, signallingPort: ${forwarding === 'nat' ? 4443 : 443}, healthPort: 9100` +
      `, mediaPorts: ${40000 + 4 * i}-${40003 + 4 * i}, state: ${i % 5 === 4 ? 'draining' : 'active'} }`
    );
  });
  return `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1, '2001:db8::1']
    forwarding: ${forwarding}
    signalling: { port: 443, domain: example.net, persistence: 60s }
    media: { ports: 40000-49999 }
    vrrp: { interface: eth0, routerId: 51 }
nodes:
${nodes.join('\n')}
`;
}

/** A file's lines without blank ones and comments. */
export function linesOf(rendering: Rendering, path: string): string[] {
  const file = rendering.files.find((candidate) => candidate.path === path);
  assert.ok(file, `no file ${path}`);
  return file.content.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
}

/** `level about: message` of each finding, `about` joined by commas. */
export function findingsOf({ findings }: Rendering): string[] {
  return findings.map(({ level, about, message }) => `${level} ${about.join(',')}: ${message}`);
}
