/** What of an intent can be asked through its VIPs, as clients would. Pure. */
import type { StunEndpoint } from '../health/endpoint.ts';
import { planProbes } from '../health/plan.ts';
import type { Intent, VirtualService } from '../intent/model.ts';
import { formatEndpoint } from '../topology/address.ts';
import type { IpAddress, Topology } from '../topology/model.ts';

/** A signalling port of a VIP: any answer by HTTP is one. */
export interface SignallingEndpoint {
  readonly kind: 'signalling';
  readonly name: string;
  /** The only one behind the port; null where any may answer. */
  readonly node: string | null;
  readonly address: IpAddress;
  readonly port: number;
  readonly tls: 'off' | 'insecure';
  readonly host: string | null;
}

/** A worker's media port at the VIP, and at its node, by which one tells whose fault it is. */
export interface MediaEndpoint {
  readonly kind: 'media';
  readonly name: string;
  readonly node: string;
  readonly through: StunEndpoint;
  readonly direct: StunEndpoint;
}

export type VipEndpoint = SignallingEndpoint | MediaEndpoint;

/** Many that answer say no more than these; sockets that are open at once are bounded so, too. */
export const MOST_ENDPOINTS = 64;

/**
 * Shared signalling first, then what is of the nodes that the change is about, then of some others, spread over all.
 * Media of draining nodes is left out: that it ends is meant.
 *
 * @param nodes that the change is about
 */
export function vipEndpoints(intent: Intent, topology: Topology, nodes: readonly string[]): VipEndpoint[] {
  const all = [...signallingEndpoints(intent), ...mediaEndpoints(intent, topology)];
  const shared = all.filter(({ node }) => node === null);
  const concerned = all.filter(({ node }) => node !== null && nodes.includes(node));
  const others = all.filter(({ node }) => node !== null && !nodes.includes(node));
  const first = [...shared, ...concerned].slice(0, MOST_ENDPOINTS);
  return [...first, ...spread(others, MOST_ENDPOINTS - first.length)];
}

function signallingEndpoints({ services }: Intent): SignallingEndpoint[] {
  return services
    .filter(({ role }) => role !== 'media')
    .flatMap((service) =>
      service.addresses.map((address): SignallingEndpoint => {
        const { ports, tls, naming, role, members, id } = service;
        return {
          kind: 'signalling',
          name: `${formatEndpoint(address, ports.first)}/tcp (${id})`,
          node: role === 'node-signalling' ? (members[0]?.node ?? null) : null,
          address,
          port: ports.first,
          tls: tls === 'off' ? 'off' : 'insecure',
          host: naming.by === 'sni' ? naming.domain : null,
        };
      }),
    );
}

/** Where health has checks through the VIP, of services that take new flows. */
function mediaEndpoints({ services }: Intent, topology: Topology): MediaEndpoint[] {
  const takes = new Set(
    services.filter(isOpenMedia).map(({ members, protocol }) => `${members[0]?.node} ${protocol}`),
  );
  if (takes.size === 0) return [];
  const addresses = new Map(topology.nodes.map(({ id, addresses: [first] }) => [id, first]));
  return planProbes(topology, topology.health).endpoints.flatMap((endpoint): MediaEndpoint[] => {
    if (endpoint.check !== 'vip-stun') return [];
    const { node, port, transport, address } = endpoint;
    const own = addresses.get(node);
    if (!own || !takes.has(`${node} ${transport}`)) return [];
    // Asked as a worker is, without the search for who else may be there.
    const through: StunEndpoint = { ...endpoint, check: 'stun' };
    const name = `${formatEndpoint(address, port)}/${transport} (${node})`;
    return [{ kind: 'media', name, node, through, direct: { ...through, address: own } }];
  });
}

function isOpenMedia({ role, members }: VirtualService): boolean {
  return role === 'media' && members.some(({ weight }) => weight > 0);
}

/** So many of them, at even distances. */
function spread<T>(list: readonly T[], most: number): T[] {
  const step = Math.max(1, list.length / Math.max(1, most));
  return list
    .filter((_, i) => most > 0 && Math.floor(i / step) !== Math.floor((i - 1) / step))
    .slice(0, most);
}
