/**
 * Loading it adds to what runs and takes nothing away. So all that can change while a VIP stays is said both ways:
 * a route-map that denies, where one that permits stood; `no set` for what is not set.
 */
import type { Bgp, Neighbor } from '../../topology/routing/routing.ts';
import type { Block, Line } from '../dialect/text.ts';
import type { Announced } from '../routes/findings.ts';
import { reasonOf, type HostRoute } from '../routes/routes.ts';

const FAMILIES = [4, 6] as const;
type Family = (typeof FAMILIES)[number];

export function blocks({ bgp, routes }: Announced): Line[] {
  const families = FAMILIES.filter((family) => routes.some(({ address }) => address.family === family));
  const byVip = new Map(routes.map((route) => [route.vip, route]));
  return [
    ...families.flatMap((family) => prefixLists(family, ofFamily(routes, family))),
    ...[...byVip.values()].map(routeMap),
    router(bgp, families, routes),
  ];
}

/** "IP Prefix List": what neighbors get, and that nothing is taken from them. Without numbers an entry that is there
 * already stays as it is. */
function prefixLists(family: Family, routes: readonly HostRoute[]): Line[] {
  const [command, all] = family === 4 ? ['ip', '0.0.0.0/0 le 32'] : ['ipv6', '::/0 le 128'];
  return [
    ...routes.map(({ prefix }) => `${command} prefix-list ${vipsList(family)} permit ${prefix}`),
    `${command} prefix-list ${noneList(family)} deny ${all}`,
  ];
}

/** "Route Maps". A network that its map denies is not announced. */
export function routeMap(route: HostRoute): Block {
  const { vip, state, med, communities } = route;
  const set = [
    `description ${reasonOf(route)}`,
    med === null ? 'no set metric' : `set metric ${med}`,
    communities.length === 0 ? 'no set community' : `set community ${communities.join(' ')}`,
  ];
  return { head: `route-map ${mapOf(vip)} ${state === 'withdrawn' ? 'deny' : 'permit'} 1`, body: set };
}

/**
 * "BGP": VIPs need not be in the routing table (`no bgp network import-check`). Families are activated for each
 * neighbor, since bgpd activates IPv4 for all.
 */
function router(bgp: Bgp, families: readonly Family[], routes: readonly HostRoute[]): Block {
  const neighbors = bgp.neighbors.filter(({ address }) => families.includes(address.family));
  return {
    head: `router bgp ${bgp.asn}`,
    body: [
      ...(bgp.routerId ? [`bgp router-id ${bgp.routerId.text}`] : []),
      'no bgp network import-check',
      ...neighbors.flatMap((neighbor) => session(bgp, neighbor)),
      ...families.map((family) => addressFamily(family, neighbors, ofFamily(routes, family))),
    ],
  };
}

function session({ asn: own, holdTime }: Bgp, { address, asn, source, multihop, bfd }: Neighbor): string[] {
  const neighbor = `neighbor ${address.text}`;
  return [
    `${neighbor} remote-as ${asn}`,
    `${source ? '' : 'no '}${neighbor} update-source${source ? ` ${source.text}` : ''}`,
    `${neighbor} timers ${Math.floor(holdTime / 3)} ${holdTime}`,
    ...(own === asn
      ? []
      : [
          `${multihop === null ? 'no ' : ''}${neighbor} ebgp-multihop${multihop === null ? '' : ` ${multihop}`}`,
        ]),
    `${bfd ? '' : 'no '}${neighbor} bfd`,
  ];
}

function addressFamily(family: Family, neighbors: readonly Neighbor[], routes: readonly HostRoute[]): Block {
  return {
    head: `address-family ipv${family} unicast`,
    body: [
      ...routes.map(({ prefix, vip }) => `network ${prefix} route-map ${mapOf(vip)}`),
      ...neighbors.flatMap(({ address }) => {
        const neighbor = `neighbor ${address.text}`;
        if (address.family !== family) return [`no ${neighbor} activate`];
        return [
          `${neighbor} activate`,
          `${neighbor} prefix-list ${vipsList(family)} out`,
          `${neighbor} prefix-list ${noneList(family)} in`,
        ];
      }),
    ],
  };
}

function ofFamily(routes: readonly HostRoute[], family: Family): HostRoute[] {
  return routes.filter(({ address }) => address.family === family);
}

const vipsList = (family: Family) => `RL-VIPS-${family}`;
const noneList = (family: Family) => `RL-NONE-${family}`;
const mapOf = (vip: string) => `RL-VIP-${vip}`;
