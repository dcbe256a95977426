/** What IOS SLB does otherwise than asked, or needs from the operator. */
import type { Intent } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import { poolsWhere, vipIds, vipsWhere, type CarriedService } from '../dialect/carried.ts';
import { checkFindings, checksOf } from '../dialect/checks.ts';
import { hsrpFindings } from '../dialect/hsrp.ts';
import { isFlushed } from '../ipvs/destinations.ts';
import { timeFindings } from '../dialect/times.ts';
import type { Finding } from '../target.ts';
import { HSRP, hsrpInterface } from './hsrp.ts';
import { SNAT_POOL } from './names.ts';
import { IDLE, STICKY } from './vservers.ts';

const LABEL = 'IOS SLB';

export function findingsOf(intent: Intent, services: readonly CarriedService[]): Finding[] {
  const used = vipIds(services);
  const pools = poolsWhere(services, () => true);
  return [
    timeFindings(LABEL, 'the idle time', services, ({ service }) => service.idleTimeout, IDLE),
    timeFindings(LABEL, 'the persistence', services, ({ service }) => service.persistence, STICKY),
    finding(
      vipsWhere(services, ({ service }) => service.snat),
      'degraded',
      `the source is rewritten from pool ${SNAT_POOL}, whose addresses the topology does not know`,
      `before loading: ip slb natpool ${SNAT_POOL} FIRST LAST netmask MASK`,
    ),
    checkFindings(pools, 'a farm is probed'),
    finding(
      pools.filter(({ members }) => members.some((member) => checksOf(member).length > 0)),
      'note',
      'HTTP and TCP probes take a member out on the first failure and back on the first success',
      'nothing is needed, unless members flap',
    ),
    finding(
      services
        .filter(({ service }) => service.members.some((member) => isFlushed(service, member)))
        .map(({ service }) => service),
      'degraded',
      'a real server that is not in service keeps the flows that it has',
      'cut them by hand: clear ip slb connections vserver NAME',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'nat' && !service.snat),
      'note',
      "nodes must answer through this switch, which turns their addresses back into the VIP's",
      'make it the default route of the nodes, or set snat: true on the VIP',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'dsr'),
      'note',
      'nodes must share a layer 2 network with the switch and answer from the VIP themselves (dispatched mode)',
      'run the output of roomlb render node-setup on each node',
    ),
    intent.vips
      .filter(({ id }) => used.has(id))
      .flatMap((vip) => hsrpFindings(vip, hsrpInterface(vip), HSRP)),
  ].flat();
}
