import type { Intent, VirtualService } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import { compareText } from '../../topology/compare.ts';
import type { IpAddress } from '../../topology/model.ts';
import { formatPorts } from '../../topology/ports.ts';

/** What one node has to have for the services that lead to it. */
export interface NodeNeeds {
  readonly node: string;
  /** Addresses of VIPs that the node itself answers from (dsr, tunnel). Sorted. */
  readonly vips: readonly IpAddress[];
  /** Families in which packets arrive wrapped in packets of the same family (tunnel). */
  readonly tunnels: readonly (4 | 6)[];
  /** `udp 203.0.113.10:40000-40003`: where its media server must listen, in service order. */
  readonly listen: readonly string[];
  /** Addresses of VIPs whose answers must go back through the balancer (nat without snat). Sorted. */
  readonly behindNat: readonly IpAddress[];
}

interface Draft {
  vips: Map<string, IpAddress>;
  tunnels: Set<4 | 6>;
  listen: string[];
  behindNat: Map<string, IpAddress>;
}

/** Every node of the intent, sorted by id. One pass over the services. */
export function nodeNeeds(intent: Intent): NodeNeeds[] {
  const drafts = new Map<string, Draft>();
  for (const service of intent.services) {
    for (const { node, addresses } of service.members) {
      const draft = drafts.get(node) ?? {
        vips: new Map(),
        tunnels: new Set(),
        listen: [],
        behindNat: new Map(),
      };
      drafts.set(node, draft);
      // The balancer sends a family on only to members that have it.
      const families = new Set(addresses.map(({ family }) => family));
      addService(
        draft,
        service,
        service.addresses.filter(({ family }) => families.has(family)),
      );
    }
  }
  return [...drafts]
    .map(([node, { vips, tunnels, listen, behindNat }]) => ({
      node,
      vips: sorted(vips),
      tunnels: [...tunnels].sort(),
      listen,
      behindNat: sorted(behindNat),
    }))
    .sort((a, b) => compareText(a.node, b.node));
}

function addService(draft: Draft, service: VirtualService, addresses: readonly IpAddress[]): void {
  for (const address of addresses) {
    if (service.forwarding === 'nat') {
      if (!service.snat) draft.behindNat.set(address.text, address);
      continue;
    }
    draft.vips.set(address.text, address);
    if (service.forwarding === 'tunnel') draft.tunnels.add(address.family);
    draft.listen.push(`${service.protocol} ${formatEndpoint(address, formatPorts(service.ports))}`);
  }
}

function sorted(addresses: ReadonlyMap<string, IpAddress>): IpAddress[] {
  return [...addresses.values()].sort((a, b) => a.family - b.family || compareText(a.text, b.text));
}
