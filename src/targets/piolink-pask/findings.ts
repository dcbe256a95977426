/** What a PAS-K does otherwise than asked, or needs from the operator. */
import type { Intent } from '../../intent/model.ts';
import { poolsWhere, vipIds, vipsWhere, type CarriedService } from '../dialect/carried.ts';
import { blindUdpFindings, checkFindings } from '../dialect/checks.ts';
import { sizeOf } from '../dialect/numbers.ts';
import { timeFindings } from '../dialect/times.ts';
import { weightFindings } from '../dialect/weights.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';
import { HEALTH_CHECKS, REALS } from './names.ts';
import { MAX_WEIGHT } from './reals.ts';
import { SECONDS } from './slb.ts';

const LABEL = 'PAS-K';

/** @param beyond what has no number left for its real servers */
export function findingsOf(
  intent: Intent,
  services: readonly CarriedService[],
  beyond: readonly CarriedService[],
): Finding[] {
  const used = vipIds(services);
  const pools = poolsWhere(services, () => true);
  return [
    finding(
      beyond.map(({ service }) => service),
      'refused',
      `RoomLB keeps to ${sizeOf(REALS)} numbers of real servers and ${sizeOf(HEALTH_CHECKS)} of health checks, and these need more`,
      'spread the VIPs over several devices: balancers with vips',
    ),
    timeFindings(LABEL, 'the idle time', services, ({ service }) => service.idleTimeout, SECONDS),
    timeFindings(LABEL, 'the persistence', services, ({ service }) => service.persistence, SECONDS),
    weightFindings(pools, MAX_WEIGHT),
    checkFindings(pools, 'a service is checked'),
    blindUdpFindings(pools),
    finding(
      pools.filter(({ persistence }) => persistence === null),
      'note',
      'sources stay with their member for 60 s, as PAS-K does without a word',
      'set signalling.persistence for another time',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'nat' && !service.snat),
      'note',
      "nodes must answer through the PAS-K, which turns their addresses back into the VIP's",
      'make it the default route of the nodes, or set snat: true on the VIP',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.snat),
      'note',
      "the source is rewritten to the device's own address (both-nat): 64,000 flows, to one port of one node",
      'give services more addresses (snatip) where that is too few',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding !== 'nat'),
      'note',
      'nodes must answer from the VIP themselves; in dsr they share a layer 2 network with the device',
      'run the output of roomlb render node-setup on each node',
    ),
    finding(
      intent.vips.filter(({ id, vrrp }) => vrrp && used.has(id)),
      'degraded',
      'failover of PAS-K is not in here: its VRRP groups name VLANs and ports that the topology does not know',
      'add the VIP to a vrrp group of the failover menu, with the priority wanted',
    ),
  ].flat();
}
