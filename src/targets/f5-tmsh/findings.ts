/** What a BIG-IP does otherwise than asked, or needs from the operator, however it is configured. */
import type { Intent } from '../../intent/model.ts';
import { poolsWhere, vipIds, vipsWhere, type CarriedService } from '../dialect/carried.ts';
import { timeFindings } from '../dialect/times.ts';
import { roundsWeights } from '../dialect/weights.ts';
import { finding } from '../findings.ts';
import { isFlushed } from '../ipvs/destinations.ts';
import type { Finding } from '../target.ts';
import { IDLE, MAX_RATIO } from './objects.ts';

const LABEL = 'BIG-IP';

export function bigIpFindings(intent: Intent, services: readonly CarriedService[]): Finding[] {
  const used = vipIds(services);
  const list = services.map(({ service }) => service);
  return [
    timeFindings(LABEL, 'the idle time', services, ({ service }) => service.idleTimeout, IDLE),
    timeFindings(LABEL, 'the persistence', services, ({ service }) => service.persistence, IDLE),
    finding(
      poolsWhere(services, ({ members }) => roundsWeights(members, MAX_RATIO)),
      'degraded',
      'weights are rounded to ratios of 1 to 100',
      'use weights up to 100, or with a common divisor',
    ),
    finding(
      list.filter((service) => service.members.some((member) => isFlushed(service, member))),
      'degraded',
      'a member that is disabled keeps the flows that it has',
      'cut them by hand: tmsh delete sys connection ss-server-addr NODE-ADDRESS',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.snat),
      'note',
      "the source is rewritten to the BIG-IP's own addresses (automap): 64,000 flows each, to one port of one node",
      'give the VLAN of the nodes as many floating self IPs as that takes',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'nat' && !service.snat),
      'note',
      "nodes must answer through the BIG-IP, which turns their addresses back into the VIP's",
      'make it the default route of the nodes, or set snat: true on the VIP',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding !== 'nat'),
      'note',
      'nodes must answer from the VIP themselves (nPath)',
      'run the output of roomlb render node-setup on each node',
    ),
    finding(
      intent.vips.filter(({ id, vrrp }) => vrrp && used.has(id)),
      'note',
      'BIG-IPs share addresses by device groups and traffic groups, not by VRRP: vrrp is not in here',
      'put the BIG-IPs into a sync-failover device group; the VIP floats with traffic-group-1',
    ),
  ].flat();
}
