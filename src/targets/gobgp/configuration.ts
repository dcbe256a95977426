/** gobgpd.toml: "Configuration example", whose keys gobgpd checks for itself. */
import type { IpAddress } from '../../topology/model.ts';
import type { Bgp, Neighbor } from '../../topology/routing/routing.ts';
import type { HostRoute } from '../routes/routes.ts';

export function configuration(bgp: Bgp, routerId: IpAddress, routes: readonly HostRoute[]): string[] {
  const told = new Set(routes.flatMap(({ neighbors }) => neighbors));
  return [
    '',
    '[global.config]',
    `  as = ${bgp.asn}`,
    `  router-id = "${routerId.text}"`,
    ...bgp.neighbors.filter((neighbor) => told.has(neighbor)).flatMap((neighbor) => session(bgp, neighbor)),
  ];
}

/** A multihop session is one of eBGP: between equals the distance does not matter. */
function session({ asn: own, holdTime }: Bgp, neighbor: Neighbor): string[] {
  const { address, asn, source, multihop } = neighbor;
  return [
    '',
    '[[neighbors]]',
    ...table('neighbors.config', [`neighbor-address = "${address.text}"`, `peer-as = ${asn}`]),
    ...(source ? table('neighbors.transport.config', [`local-address = "${source.text}"`]) : []),
    ...(multihop !== null && asn !== own
      ? table('neighbors.ebgp-multihop.config', ['enabled = true', `multihop-ttl = ${multihop}`])
      : []),
    ...table('neighbors.timers.config', [
      `hold-time = ${holdTime}`,
      `keepalive-interval = ${Math.floor(holdTime / 3)}`,
    ]),
    '  [[neighbors.afi-safis]]',
    ...table('neighbors.afi-safis.config', [`afi-safi-name = "ipv${address.family}-unicast"`]),
  ];
}

function table(name: string, lines: readonly string[]): string[] {
  return [`  [${name}]`, ...lines.map((line) => `    ${line}`)];
}
