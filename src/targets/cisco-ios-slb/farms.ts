/** Server farms: one for a shared signalling port, one for each node's media, one for its own signalling port. */
import type { VirtualService } from '../../intent/model.ts';
import type { CarriedService } from '../dialect/carried.ts';
import { poolChecks } from '../dialect/checks.ts';
import type { Block } from '../dialect/text.ts';
import type { Destination } from '../ipvs/destinations.ts';
import { SNAT_POOL, type Names } from './names.ts';

export function farmName({ role, vip, members }: VirtualService, names: Names): string {
  if (role === 'signalling') return names.pool(vip);
  const node = members[0]?.node ?? '';
  return role === 'media' ? names.media(node) : names.own(node);
}

/**
 * IOS SLB has no source hash for server farms ("predictor"): weighted round robin, and `sticky` on the
 * virtual server where a source is to stay with its member.
 */
export function farm({ service, fronts }: CarriedService, names: Names): Block {
  const shared = service.role === 'signalling';
  const members = fronts[0]?.members ?? [];
  const checks = shared ? poolChecks(service) : [];
  return {
    head: `ip slb serverfarm ${farmName(service, names)}`,
    body: [
      // Without it packets go on unchanged but for the MAC address: dispatched mode, which is dsr.
      ...(service.forwarding === 'nat' ? ['nat server'] : []),
      ...(service.snat ? [`nat client ${SNAT_POOL}`] : []),
      ...(shared ? ['predictor roundrobin'] : []),
      ...checks.map((check) => `probe ${names.probe(check)}`),
      ...members.map((member) => realServer(service, member)),
    ],
  };
}

/** A real server that is not in service keeps the connections that it has, and gets no new ones. */
export function realServer({ role, forwarding }: VirtualService, member: Destination): Block {
  const { address, ports, weight } = member;
  // Media keeps the port that the client chose; in dispatched mode there is no other.
  const port = role === 'media' || forwarding !== 'nat' ? '' : ` ${ports.first}`;
  return {
    head: `real ${address.text}${port}`,
    body: [
      ...(role === 'signalling' && weight > 0 ? [`weight ${weight}`] : []),
      weight > 0 ? 'inservice' : 'no inservice',
    ],
  };
}
