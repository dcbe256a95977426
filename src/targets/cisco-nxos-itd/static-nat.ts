/**
 * Ports of one node by static NAT: "ip nat inside source static", which translates both ways without remembering
 * flows. A port of a node can stand behind one outside address and port only.
 */
import type { CarriedService, Front } from '../dialect/carried.ts';
import type { Destination } from '../ipvs/destinations.ts';

/** "NAT supports up to 1024 translations", unless TCAM is cut for more. */
export const MAX_TRANSLATIONS = 1024;

export function natLine({ service }: CarriedService, front: Front, one: Destination, port: number): string {
  const inside = service.role === 'media' ? port : one.ports.first;
  const from = `${service.protocol} ${one.address.text} ${inside}`;
  return `ip nat inside source static ${from} ${front.address.text} ${port}`;
}
