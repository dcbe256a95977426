import type { Bgp, Neighbor } from '../../topology/routing/routing.ts';
import type { Announced } from '../routes/findings.ts';
import { reasonOf, type HostRoute } from '../routes/routes.ts';

type Family = 4 | 6;

/** The families with a route come in order; one without has no table and no session. */
export function sections({ bgp, routes }: Announced): string[] {
  const families = ([4, 6] as const).filter((family) => ofFamily(routes, family).length > 0);
  const neighbors = bgp.neighbors.filter(({ address }) => families.includes(address.family));
  return [
    ...families.flatMap((family) => origin(family, ofFamily(routes, family))),
    // "BFD": one protocol instance serves all sessions that ask for it.
    ...(neighbors.some(({ bfd }) => bfd) ? ['', 'protocol bfd roomlb_bfd { }'] : []),
    ...neighbors.flatMap((neighbor) => session(bgp, neighbor)),
  ];
}

/**
 * A table apart, so that no other protocol exports these routes: into the kernel's table, where a blackhole
 * would swallow what the balancer is to forward. "Static": `blackhole` needs no next hop.
 */
function origin(family: Family, routes: readonly HostRoute[]): string[] {
  return [
    '',
    `ipv${family} table roomlb_ipv${family};`,
    `protocol static roomlb_vips${family} {`,
    `    ipv${family} { table roomlb_ipv${family}; };`,
    ...routes.flatMap((route) => [`    # ${reasonOf(route)}`, ...statement(route)]),
    '}',
  ];
}

function statement(route: HostRoute): string[] {
  return route.state === 'withdrawn' ? [] : [`    ${routeText(route)}`];
}

/** "BGP: Route attributes". */
export function routeText({ prefix, communities, med }: HostRoute): string {
  const attributes = [
    ...(med === null ? [] : [`bgp_med = ${med};`]),
    ...communities.map((community) => `bgp_community.add((${community.replace(':', ',')}));`),
  ];
  return `route ${prefix} blackhole${attributes.length === 0 ? '' : ` { ${attributes.join(' ')} }`};`;
}

/**
 * "BGP: Configuration". Named after the neighbor, so that a session stays up while others come and go. Keepalives
 * come three in a hold time, the daemon's own default.
 */
function session({ asn, holdTime }: Bgp, neighbor: Neighbor): string[] {
  const { address, asn: remote, source, multihop, bfd } = neighbor;
  const table = `roomlb_ipv${address.family}`;
  return [
    '',
    `protocol bgp roomlb_${address.text.replaceAll(/[.:]/g, '_')} {`,
    `    local ${source ? `${source.text} ` : ''}as ${asn};`,
    `    neighbor ${address.text} as ${remote};`,
    `    ${multihop === null ? 'direct' : `multihop ${multihop}`};`,
    `    hold time ${holdTime};`,
    ...(bfd ? ['    bfd on;'] : []),
    `    ipv${address.family} { table ${table}; import none; export all; next hop self; };`,
    '}',
  ];
}

function ofFamily(routes: readonly HostRoute[], family: Family): HostRoute[] {
  return routes.filter(({ address }) => address.family === family);
}
