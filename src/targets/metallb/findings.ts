import type { Intent } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import { stateFindings, vipsOf, withoutRoute } from '../routes/findings.ts';
import type { HostRoute } from '../routes/routes.ts';
import type { Finding } from '../target.ts';

/** Without bgp, MetalLB answers for VIPs on the network of its nodes (ARP, NDP). */
export function layer2Findings({ vips }: Intent, routes: readonly HostRoute[]): Finding[] {
  return [
    withoutRoute(
      vips.filter(({ route }) => route === null),
      routes.length > 0,
    ),
    stateFindings(routes),
    finding(
      vipsOf(routes),
      'note',
      'the topology has no bgp, so that one node of Kubernetes at a time answers for the VIP on its own network',
      'nothing is needed if the VIP is of that network; else add bgp:',
    ),
    finding(
      vipsOf(routes.filter(({ communities }) => communities.length > 0)),
      'degraded',
      'on a network without BGP a route bears no communities, and cannot say that it is about to go',
      'add bgp: with the neighbors that shall hear them',
    ),
  ].flat();
}

export function ownFindings({ bgp }: Intent, routes: readonly HostRoute[]): Finding[] {
  return [
    finding(
      vipsOf(routes.filter(({ med }) => med !== null)),
      'degraded',
      'MetalLB sends no MED',
      'tell ways apart by communities, or use bird or frr',
    ),
    finding(
      bgp && (bgp.routerId || bgp.neighbors.some(({ source }) => source)) ? vipsOf(routes) : [],
      'note',
      'each node of Kubernetes has a session of its own, so that routerId and source are left out',
      'nothing is needed',
    ),
    finding(
      bgp?.neighbors.some(({ multihop }) => multihop !== null) ? vipsOf(routes) : [],
      'note',
      'MetalLB knows that a neighbor is some hops away, but not how many',
      'nothing is needed',
    ),
    finding(
      vipsOf(routes),
      'note',
      'MetalLB announces an address once a Service has it: Services choose what is behind the VIP, and on which ports',
      'make a Service of type LoadBalancer with the annotations that roomlb targets metallb shows',
    ),
  ].flat();
}
