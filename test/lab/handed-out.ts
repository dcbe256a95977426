/** What the dispatcher hands out for a node, as requests of a client: the lab then sees who answers. */
import assert from 'node:assert/strict';
import { nodeAnswer } from '../../src/allocation/allocation.ts';
import type { Node, Topology, Vip } from '../../src/topology/model.ts';
import type { LabClient, LabRequest } from './client.ts';

export interface Expected {
  /** Who has to answer, and on which port of its own. */
  readonly node: string;
  readonly port: number | null;
  readonly request: LabRequest;
}

/** Asks all, and compares who answered, node and port, with who should. */
export async function leadsRight(client: LabClient, expected: readonly Expected[]): Promise<void> {
  assert.ok(expected.length > 0, 'there is nothing to ask');
  const outcomes = await client.ask(expected.map(({ request }) => request));
  assert.deepEqual(
    outcomes.map(({ answer, error }) => (answer ? `${answer.node}:${answer.port}` : error)),
    expected.map(({ node, port }) => `${node}:${port}`),
  );
}

/** Every media endpoint of every node: protocol, VIP address and port. */
export function mediaRequests(topology: Topology): Expected[] {
  return nodesWithVip(topology).flatMap(({ node, vip }) =>
    nodeAnswer(vip, node).media.map(({ protocol, address, port }) => ({
      node: node.id,
      port,
      request: { kind: protocol, address, port },
    })),
  );
}

/**
 * The signalling URL of every node, on every VIP address that the node has the family of: a name is not
 * resolved, but stands as server name.
 */
export function signallingRequests(topology: Topology): Expected[] {
  return nodesWithVip(topology).flatMap(({ node, vip }) => {
    const { signalling } = nodeAnswer(vip, node);
    if (!signalling) return [];
    const url = new URL(signalling.url);
    const secure = url.protocol === 'wss:';
    const families = new Set(node.addresses.map(({ family }) => family));
    return vip.addresses
      .filter(({ family }) => families.has(family))
      .map(({ text }) => ({
        node: node.id,
        port: node.signallingPort,
        request: {
          kind: secure ? 'wss' : 'ws',
          address: text,
          port: Number(url.port || (secure ? 443 : 80)),
          path: url.pathname,
          ...(vip.signalling?.domain == null ? {} : { servername: url.hostname }),
        },
      }));
  });
}

function nodesWithVip(topology: Topology): { node: Node; vip: Vip }[] {
  return topology.nodes
    .filter(({ state }) => state !== 'disabled')
    .flatMap((node) => {
      const vip = topology.vips.find(({ id }) => id === node.vip);
      return vip ? [{ node, vip }] : [];
    });
}
