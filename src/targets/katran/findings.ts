/** What katran does otherwise than asked, or needs from the operator. */
import type { IntentVip } from '../../intent/model.ts';
import type { CarriedService } from '../dialect/carried.ts';
import { poolsWhere, vipsWhere } from '../dialect/carried.ts';
import { finding, withoutVrrp } from '../findings.ts';
import { isLeftOut } from '../ipvs/destinations.ts';
import type { Finding } from '../target.ts';
import { isAllDrained, MAX_REALS, MAX_VIPS, type Table } from './table.ts';

export function beyondFindings({ beyondVips, beyondReals }: Table): Finding[] {
  return [
    finding(
      beyondVips,
      'refused',
      `katran has room for ${MAX_VIPS} VIPs, and takes one for each address, port and protocol`,
      'give nodes fewer media ports, leave out media over TCP, or spread VIPs over several katrans (balancers: vips:)',
    ),
    finding(
      beyondReals,
      'refused',
      `katran has room for ${MAX_REALS} reals, which are addresses of nodes`,
      'spread VIPs over several katrans (balancers: vips:)',
    ),
  ].flat();
}

/** @param services those that are in the output, or left out of it because their node drains */
export function findingsOf(vips: readonly IntentVip[], services: readonly CarriedService[]): Finding[] {
  const list = services.map(({ service }) => service);
  return [
    finding(
      list.filter(isAllDrained),
      'degraded',
      'katran goes on with the last members it had where none has a weight, so that these stay open to new connections',
      'wait until they are empty, then disable the node, or take drain: flush',
    ),
    finding(
      poolsWhere(services, ({ persistence }) => persistence !== null),
      'degraded',
      'a source address stays with its member by hash (NO_SPORT), without a time, and for as long as the members are the same',
      'nothing is needed, unless sources have to move on',
    ),
    withoutVrrp('katran', vips),
    finding(
      poolsWhere(services, () => true),
      'note',
      'katran asks nobody whether they live, and a dead member goes on getting connections',
      'change its weight when health changes: roomlb render katran --from OLD, or katran_goclient -e with -w 0',
    ),
    // Its table is an LRU map of fixed size; LRU_UDP_TIMEOUT in katran/lib/bpf/balancer_consts.h.
    finding(
      vipsWhere(services, () => true),
      'note',
      'katran remembers a flow until others need its place, or those of UDP are silent for 30 s, whatever idle time is asked for',
      'nothing is needed: one that comes back goes by hash, where it went before unless members changed',
    ),
    finding(
      list.filter(isLeftOut),
      'note',
      'draining nodes with drain: flush have no VIP: what still comes goes to the host itself, which refuses it',
      'nothing is needed',
    ),
    finding(
      vipsWhere(services, () => true),
      'note',
      'nodes must unpack IP-in-IP packets, which come from 172.16.0.0/16 and 100::/64, and answer from the VIP themselves',
      'run the output of roomlb render node-setup on each node, and let these sources in',
    ),
  ].flat();
}
