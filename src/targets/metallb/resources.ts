/** The custom resources of "API reference", as far as they are used. Times are Go's durations: `9s`. */
import type { Bgp, Neighbor } from '../../topology/routing/routing.ts';
import type { HostRoute } from '../routes/routes.ts';
import { BFD_PROFILE, peerName } from './names.ts';

interface Labels {
  readonly matchLabels: Readonly<Record<string, string>>;
}

interface Specs {
  readonly IPAddressPool: { readonly addresses: readonly string[]; readonly autoAssign: boolean };
  readonly BFDProfile: {
    readonly receiveInterval: number;
    readonly transmitInterval: number;
    readonly detectMultiplier: number;
  };
  readonly BGPPeer: {
    readonly myASN: number;
    readonly peerASN: number;
    readonly peerAddress: string;
    readonly holdTime: string;
    readonly keepaliveTime: string;
    readonly ebgpMultiHop?: true;
    readonly bfdProfile?: string;
  };
  readonly BGPAdvertisement: {
    readonly ipAddressPools: readonly string[];
    readonly aggregationLength: 32;
    readonly aggregationLengthV6: 128;
    readonly communities?: readonly string[];
    readonly peers: readonly string[];
    readonly nodeSelectors?: readonly Labels[];
  };
  readonly L2Advertisement: {
    readonly ipAddressPools: readonly string[];
    readonly nodeSelectors?: readonly Labels[];
  };
}

export interface Resource<K extends keyof Specs = keyof Specs> {
  readonly apiVersion: 'metallb.io/v1beta1' | 'metallb.io/v1beta2';
  readonly kind: K;
  readonly metadata: { readonly name: string; readonly namespace: 'metallb-system' };
  readonly spec: Specs[K];
}

/**
 * A selector that no node matches. Leaving the advertisement out would not do: `kubectl apply` removes nothing, and
 * one without selectors is made by all nodes.
 */
const NOBODY: readonly Labels[] = [{ matchLabels: { 'roomlb/withdrawn': 'never' } }];

/** Services ask for it by name; nothing is given out of it by chance. */
export function pool(name: string, routes: readonly HostRoute[]): Resource<'IPAddressPool'> {
  const addresses = routes.map(({ prefix }) => prefix);
  return resource('IPAddressPool', name, { addresses, autoAssign: false });
}

export function advertisement(
  name: string,
  routes: readonly HostRoute[],
  neighbors: readonly Neighbor[],
): Resource<'BGPAdvertisement' | 'L2Advertisement'> {
  const { state, communities } = routes[0] ?? { state: 'withdrawn' as const, communities: [] };
  const nobody = state === 'withdrawn' ? { nodeSelectors: NOBODY } : {};
  if (neighbors.length === 0) return resource('L2Advertisement', name, { ipAddressPools: [name], ...nobody });
  return resource('BGPAdvertisement', name, {
    ipAddressPools: [name],
    aggregationLength: 32,
    aggregationLengthV6: 128,
    ...(communities.length > 0 && { communities }),
    peers: neighbors.map(peerName),
    ...nobody,
  });
}

/** Every node of Kubernetes is a speaker of its own, so that router id and source are left to it. */
export function peer({ asn: own, holdTime }: Bgp, neighbor: Neighbor): Resource<'BGPPeer'> {
  const { address, asn, multihop, bfd } = neighbor;
  return resource('BGPPeer', peerName(neighbor), {
    myASN: own,
    peerASN: asn,
    peerAddress: address.text,
    holdTime: `${holdTime}s`,
    keepaliveTime: `${Math.floor(holdTime / 3)}s`,
    ...(multihop !== null && own !== asn && { ebgpMultiHop: true as const }),
    ...(bfd && { bfdProfile: BFD_PROFILE }),
  });
}

/** Milliseconds: lost after 0.9 s. */
export function bfdProfile(): Resource<'BFDProfile'> {
  const spec = { receiveInterval: 300, transmitInterval: 300, detectMultiplier: 3 };
  return resource('BFDProfile', BFD_PROFILE, spec);
}

function resource<K extends keyof Specs>(kind: K, name: string, spec: Specs[K]): Resource<K> {
  const apiVersion = kind === 'BGPPeer' ? 'metallb.io/v1beta2' : 'metallb.io/v1beta1';
  return { apiVersion, kind, metadata: { name, namespace: 'metallb-system' }, spec };
}
