/** What a daemon announces of an intent: the addresses of VIPs with a route, each to the neighbors of its family. */
import type { Intent, IntentVip, RouteState } from '../../intent/model.ts';
import type { IpAddress } from '../../topology/model.ts';
import type { Bgp, Neighbor } from '../../topology/routing/routing.ts';
import type { Rule } from '../target.ts';

/** RFC 8326 section 5.1: whoever gets the route prefers any other. */
export const GRACEFUL_SHUTDOWN = '65535:0';

/** One address of a VIP. */
export interface HostRoute {
  /** Id. */
  readonly vip: string;
  readonly address: IpAddress;
  /** `203.0.113.10/32`. */
  readonly prefix: string;
  readonly state: RouteState;
  readonly watermark: number;
  /** With GRACEFUL_SHUTDOWN where the route is leaving. */
  readonly communities: readonly string[];
  readonly med: number | null;
  /** Of its family; empty where none is. */
  readonly neighbors: readonly Neighbor[];
}

/** In the order of VIPs and of their addresses. */
export function hostRoutes({ vips, bgp }: Intent): HostRoute[] {
  return vips.flatMap((vip) => vip.addresses.flatMap((address) => hostRoute(vip, address, bgp)));
}

function hostRoute({ id, route }: IntentVip, address: IpAddress, bgp: Bgp | null): HostRoute[] {
  if (!route) return [];
  const { state, watermark, communities, med } = route;
  return [
    {
      vip: id,
      address,
      prefix: `${address.text}/${address.family === 4 ? 32 : 128}`,
      state,
      watermark,
      communities: state === 'leaving' ? [...new Set([...communities, GRACEFUL_SHUTDOWN])] : communities,
      med,
      neighbors: bgp?.neighbors.filter((neighbor) => neighbor.address.family === address.family) ?? [],
    },
  ];
}

/** A withdrawn route is no rule. @param text what the daemon is told of it */
export function routeRule({ vip, prefix, state }: HostRoute, text: string): Rule[] {
  return state === 'withdrawn' ? [] : [{ key: `${vip} ${prefix}`, text, node: null }];
}

/** Why a route is as it is, for a comment beside it. */
export function reasonOf({ vip, state, watermark }: HostRoute): string {
  const share = `${Math.round(watermark * 100)}%`;
  switch (state) {
    case 'announced':
      return `${vip}: announced while at least ${share} of its nodes are usable`;
    case 'leaving':
      return `${vip}: all of its nodes drain, so that others are preferred (RFC 8326)`;
    case 'withdrawn':
      return `${vip}: withdrawn, since less than ${share} of its nodes are usable`;
  }
}
