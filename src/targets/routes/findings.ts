/** What every announcing daemon leaves out or needs. */
import type { Intent } from '../../intent/model.ts';
import type { Bgp } from '../../topology/routing/routing.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';
import type { HostRoute } from './routes.ts';

/** The prefixes in the files, and what has to be said about them. */
export interface Announced {
  readonly bgp: Bgp;
  /** Each with a neighbor at least, withdrawn ones included. */
  readonly routes: readonly HostRoute[];
}

/** Null where there is nothing to announce or nobody to announce it to: the findings say so. */
export function announcedBy(intent: Intent, routes: readonly HostRoute[]): Announced | null {
  const led = routes.filter(({ neighbors }) => neighbors.length > 0);
  return intent.bgp && led.length > 0 ? { bgp: intent.bgp, routes: led } : null;
}

/** @param needs what a daemon has to know of a neighbor beside its address, if anything: ` and a source` */
export function bgpFindings({ bgp, vips }: Intent, routes: readonly HostRoute[], needs = ''): Finding[] {
  const routed = vips.filter(({ route }) => route !== null);
  const led = new Set(routes.filter(({ neighbors }) => neighbors.length > 0).map(({ vip }) => vip));
  const lacking = routes.filter(({ neighbors }) => neighbors.length === 0);
  return [
    withoutRoute(
      vips.filter(({ route }) => route === null),
      led.size > 0,
    ),
    finding(
      bgp ? [] : routed,
      'refused',
      'the topology names no neighbors to announce to',
      'add bgp: { asn: 65010, neighbors: [{ address: 203.0.113.1, asn: 65000 }] }',
    ),
    finding(
      bgp ? routed.filter(({ id }) => !led.has(id)) : [],
      'refused',
      `no neighbor has an address of a family that the VIP has${needs}`,
      'add a neighbor of that family to bgp.neighbors',
    ),
    ...([4, 6] as const).map((family) =>
      finding(
        vipsOf(lacking.filter(({ vip, address }) => led.has(vip) && address.family === family)),
        'degraded',
        `no neighbor has an IPv${family} address${needs}, so that IPv${family} addresses of the VIP are not announced`,
        `add one to bgp.neighbors: routes of IPv${family} go over sessions of IPv${family}`,
      ),
    ),
    ...stateFindings(routes),
    finding(
      vipsOf(routes.filter(({ neighbors }) => neighbors.length > 0)),
      'note',
      'a router spreads flows over balancers by hash, and most hash anew when one goes or comes: some flows then meet a balancer that does not know them',
      'use resilient hashing on the router, or balancers that hold no state (ipvs with mh, or ports of one node each)',
    ),
  ].flat();
}

/** @param others whether other VIPs are announced: then these were left out on purpose */
export function withoutRoute(vips: readonly { readonly id: string }[], others: boolean): Finding[] {
  return finding(
    vips,
    others ? 'note' : 'refused',
    'the VIP has no route, so that nobody announces it',
    'add route: {} to it, or see to it by vrrp that a balancer holds it',
  );
}

export function stateFindings(routes: readonly HostRoute[]): Finding[] {
  return [
    finding(
      vipsOf(routes.filter(({ state }) => state === 'withdrawn')),
      'note',
      'fewer nodes are usable than the watermark asks for, so that the route is withdrawn',
      'bring nodes back, or lower route.watermark',
    ),
    finding(
      vipsOf(routes.filter(({ state }) => state === 'leaving')),
      'note',
      'all nodes that are left drain, so that the route asks for others to be preferred',
      'nothing is needed: it goes on to be announced until nodes are down or disabled',
    ),
  ].flat();
}

/** Sessions for which BFD is asked, of a daemon that has none. */
export function bfdFinding(label: string, { bgp, routes }: Announced): Finding[] {
  const asked = new Set(bgp.neighbors.filter(({ bfd }) => bfd).map(({ address }) => address.text));
  return finding(
    vipsOf(routes.filter(({ neighbors }) => neighbors.some(({ address }) => asked.has(address.text)))),
    'degraded',
    `${label} has no BFD: a neighbor that is lost is noticed after bgp.holdTime`,
    'use bird or frr, or ask for a shorter holdTime',
  );
}

/** The VIPs of these routes, once each. */
export function vipsOf(routes: readonly HostRoute[]): { readonly id: string }[] {
  return [...new Set(routes.map(({ vip }) => vip))].map((id) => ({ id }));
}
