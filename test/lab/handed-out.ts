/** What the dispatcher hands out for a node, as requests of a client: the lab then sees who answers. */
import { nodeAnswer } from '../../src/allocation/allocation.ts';
import type { Topology } from '../../src/topology/model.ts';
import type { LabRequest } from './client.ts';

export interface Expected {
  /** Who has to answer. */
  readonly node: string;
  readonly request: LabRequest;
}

/** Every media endpoint of every node: protocol, VIP address and port. */
export function mediaRequests(topology: Topology): Expected[] {
  return answers(topology).flatMap(({ node, media }) =>
    media.map(({ protocol, address, port }) => ({
      node: node.id,
      request: { kind: protocol, address, port },
    })),
  );
}

/**
 * The signalling URL of every node, on every VIP address that the node has the family of: a name is not
 * resolved, but stands as server name.
 */
export function signallingRequests(topology: Topology): Expected[] {
  return answers(topology).flatMap(({ node, vip: vipId, signalling }) => {
    const vip = topology.vips.find(({ id }) => id === vipId);
    if (!vip || !signalling) return [];
    const url = new URL(signalling.url);
    const secure = url.protocol === 'wss:';
    const families = new Set(node.addresses.map((address) => address.includes(':')));
    return vip.addresses
      .filter(({ text }) => families.has(text.includes(':')))
      .map(({ text }) => ({
        node: node.id,
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

function answers(topology: Topology) {
  return topology.nodes
    .filter(({ state }) => state !== 'disabled')
    .flatMap((node) => {
      const vip = topology.vips.find(({ id }) => id === node.vip);
      return vip ? [nodeAnswer(vip, node)] : [];
    });
}
