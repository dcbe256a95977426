import type { Bgp, Neighbor } from '../../topology/routing/routing.ts';
import { finding } from '../findings.ts';
import { vipsOf } from '../routes/findings.ts';
import type { HostRoute } from '../routes/routes.ts';
import type { Finding } from '../target.ts';

/**
 * Those that ExaBGP can set up a session with: `local-address` is mandatory, and so is `router-id` where that
 * address is none of IPv4, which could stand in for it.
 */
export function usable(neighbors: readonly Neighbor[], bgp: Bgp | null): Neighbor[] {
  return neighbors.filter(({ source }) => source !== null && (source.family === 4 || bgp?.routerId));
}

/** Where some neighbors of a family are usable, the others are not told. */
export function leftOut(all: readonly HostRoute[], led: readonly HostRoute[]): Finding[] {
  const partly = led.filter(
    ({ neighbors }, i) => neighbors.length > 0 && neighbors.length < (all[i]?.neighbors.length ?? 0),
  );
  return finding(
    vipsOf(partly),
    'degraded',
    "ExaBGP does not find out the balancer's own address, so that neighbors without source are not told of the VIP",
    'add source: to them in bgp.neighbors',
  );
}
