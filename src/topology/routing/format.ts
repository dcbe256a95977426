import { formatDuration } from '../values.ts';
import type { Bgp, Route } from './routing.ts';
import type { BgpDocument, RouteDocument } from './schema.ts';

/** Every default is written out; reading what is written here gives an equal route. */
export function toRouteDocument({ watermark, communities, med }: Route): RouteDocument {
  return {
    watermark: `${Math.round(watermark * 100)}%`,
    ...(communities.length > 0 && { communities: [...communities] }),
    ...(med !== null && { med }),
  };
}

/** The same of BGP. */
export function toBgpDocument({ asn, routerId, holdTime, neighbors }: Bgp): BgpDocument {
  return {
    asn,
    ...(routerId && { routerId: routerId.text }),
    holdTime: formatDuration(holdTime),
    neighbors: neighbors.map(({ address, asn: remote, source, multihop, bfd }) => ({
      address: address.text,
      asn: remote,
      ...(source && { source: source.text }),
      ...(multihop !== null && { multihop }),
      bfd,
    })),
  };
}
