/** What an ACE does otherwise than asked, or needs from the operator. */
import type { Intent } from '../../intent/model.ts';
import { poolsWhere, vipIds, vipsWhere, type CarriedService } from '../dialect/carried.ts';
import { memberChecks } from '../dialect/checks.ts';
import { timeFindings } from '../dialect/times.ts';
import { weightFindings } from '../dialect/weights.ts';
import { finding } from '../findings.ts';
import { isFlushed } from '../ipvs/destinations.ts';
import type { Finding } from '../target.ts';
import { MAX_WEIGHT, staysOpen, STICKY } from './farms.ts';
import { NAT_POOL } from './names.ts';
import { IDLE } from './policies.ts';

const LABEL = 'ACE';

/** @param lacking what cannot be said, since its sources are to be rewritten on a VLAN that nobody names */
export function findingsOf(
  intent: Intent,
  services: readonly CarriedService[],
  lacking: readonly CarriedService[],
): Finding[] {
  const used = vipIds(services);
  const pools = poolsWhere(services, () => true);
  const media = services.filter(({ service }) => service.role === 'media');
  return [
    finding(
      lacking.map(({ service }) => service),
      'refused',
      'ACE rewrites sources from a pool on a VLAN that it has to be told, and the topology names none',
      'name it in vrrp.interface of the VIP, such as vlan20, or leave out snat',
    ),
    timeFindings(LABEL, 'the idle time', services, ({ service }) => service.idleTimeout, IDLE),
    timeFindings(LABEL, 'the persistence', services, ({ service }) => service.persistence, STICKY),
    weightFindings(pools, MAX_WEIGHT),
    finding(
      media
        .filter(({ service, fronts }) =>
          fronts.some(({ members }) => members.some((one) => staysOpen(service, one))),
        )
        .map(({ service }) => service),
      'degraded',
      'UDP media of a draining node stay open to new flows: taking the real server out would tear down those that it has',
      'take it out when its rooms have ended: no inservice below rserver in its farm',
    ),
    finding(
      media
        .map(({ service }) => service)
        .filter(
          (service) =>
            service.protocol === 'tcp' && service.members.some((member) => isFlushed(service, member)),
        ),
      'degraded',
      'a real server that is not in service keeps the TCP connections that it has',
      'cut them by hand: clear conn rserver NAME serverfarm NAME',
    ),
    finding(
      pools.filter(({ members }) => members.some(asksStun)),
      'note',
      'probes that send STUN need A5(3.0) or later',
      'leave stunPort out for software before it',
    ),
    finding(
      vipsWhere(services, ({ fronts }) => fronts.some(({ address }) => address.family === 6)),
      'note',
      'IPv6 needs A5(1.0) or later',
      'leave IPv6 addresses out for software before it',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.snat),
      'degraded',
      `the source is rewritten from pools ${NAT_POOL[4]} (IPv4) and ${NAT_POOL[6]} (IPv6), whose addresses the topology does not know`,
      `before loading, on the interface of that VLAN: nat-pool ${NAT_POOL[4]} FIRST LAST netmask MASK pat`,
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'nat' && !service.snat),
      'note',
      "nodes must answer through the ACE, which turns their addresses back into the VIP's",
      'make it the default route of the nodes, or set snat: true on the VIP',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'dsr'),
      'note',
      'nodes must share a layer 2 network with the ACE and answer from the VIP themselves; it sees half of each TCP connection',
      'run the output of roomlb render node-setup on each node, and say no normalization on the VLANs of clients and nodes',
    ),
    finding(
      intent.vips.filter(({ id, vrrp }) => vrrp && used.has(id)),
      'degraded',
      'which of two ACEs holds the VIP is up to the fault-tolerance group of its context: router id, priority and interval are not in here',
      'set it up once in the Admin context: ft group N, then peer 1, priority P, associate-context NAME, inservice',
    ),
  ].flat();
}

function asksStun(member: Parameters<typeof memberChecks>[0]): boolean {
  return memberChecks(member).some(({ kind }) => kind === 'stun');
}
