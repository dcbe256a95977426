/** What GLB does otherwise than asked, or needs from the operator. */
import type { IntentVip, VirtualService } from '../../intent/model.ts';
import { poolsWhere, vipsWhere, type CarriedService } from '../dialect/carried.ts';
import { checksOf } from '../dialect/checks.ts';
import { finding, withoutVrrp } from '../findings.ts';
import { isLeftOut } from '../ipvs/destinations.ts';
import type { Finding } from '../target.ts';
import { GUE_PORT, MAX_BACKENDS, tunnelEnd, type Bound } from './tables.ts';

export interface Refused {
  /** Nobody behind it has an IPv4 address. */
  readonly withoutEnd: readonly VirtualService[];
  readonly tooMany: readonly VirtualService[];
}

export function refusals({ withoutEnd, tooMany }: Refused): Finding[] {
  return [
    finding(
      withoutEnd,
      'refused',
      'GLB wraps packets in IPv4 always, and no node behind these has an IPv4 address',
      'give the nodes one, beside that of the family of their clients',
    ),
    finding(
      tooMany,
      'refused',
      `a table of GLB has room for ${MAX_BACKENDS} backends`,
      'spread the nodes over several VIPs',
    ),
  ].flat();
}

/** @param services those that are in the tables, or left out of them because their node drains */
export function findingsOf(
  vips: readonly IntentVip[],
  services: readonly CarriedService[],
  bound: readonly Bound[],
): Finding[] {
  const list = services.map(({ service }) => service);
  const has = (matches: (one: Bound) => boolean) => [
    ...new Set(bound.filter(matches).map(({ service }) => service)),
  ];
  return [
    finding(
      list.filter(({ members }) => members.some((member) => tunnelEnd(member) === undefined)),
      'degraded',
      'GLB wraps packets in IPv4 always, so that nodes without an IPv4 address get none',
      'give these nodes one, beside that of the family of their clients',
    ),
    finding(
      poolsWhere(services, unequal),
      'degraded',
      'GLB has no weights: every member gets the same share',
      'leave weights to the placement of rooms, which honours them',
    ),
    finding(
      has(({ members }) => members.every(({ weight }) => weight === 0)),
      'degraded',
      'a table without an active backend is none, so that these stay open to new connections',
      'wait until they are empty, then disable the node, or take drain: flush',
    ),
    finding(
      has(({ members }) => members.some(usable) && members.filter((one) => !usable(one)).length > 1),
      'degraded',
      'GLB can drain one member of a pool at a time: where both hops of a row drain, new connections still get there',
      'drain them one after the other',
    ),
    finding(
      poolsWhere(services, ({ members }) =>
        members.some((one) => checksOf(one).some(({ kind }) => kind === 'stun')),
      ),
      'degraded',
      'glb-healthcheck asks by HTTP, TCP and GUE, and not by STUN',
      'rely on the healthPort beside it, or leave stunPort out',
    ),
    withoutVrrp('GLB', vips),
    finding(
      poolsWhere(services, () => true),
      'note',
      'a source address stays with its member by hash, whether that was asked or not, and for as long as the members are the same',
      'set hash_fields in director.conf to src_addr and src_port where many clients share an address',
    ),
    finding(
      vipsWhere(services, () => true),
      'note',
      'directors remember no flows, so that no idle time ends them',
      'nothing is needed',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.protocol === 'udp'),
      'note',
      'the documents of GLB say of UDP that it was not tested thoroughly; the second hop, which saves connections, is for TCP alone',
      'try it before you rely on it',
    ),
    finding(
      list.filter(isLeftOut),
      'note',
      'draining nodes with drain: flush have no table: what still comes goes to the host itself, which refuses it',
      'nothing is needed',
    ),
    finding(
      vipsWhere(services, () => true),
      'note',
      'hash keys and seeds follow from the names of cluster and VIPs, and are no secret: who knows them finds addresses that all go to one member',
      'put others in, the same on every director, where that matters',
    ),
    finding(
      vipsWhere(services, () => true),
      'note',
      'nodes must unpack GUE, and answer from the VIP themselves',
      `run the output of roomlb render node-setup on each node, then: modprobe fou; ip fou add port ${GUE_PORT} gue; for IPv6 also: modprobe sit; ip link set up dev sit0`,
    ),
  ].flat();
}

function usable({ weight }: { readonly weight: number }): boolean {
  return weight > 0;
}

/** 0 it has: draining. */
function unequal({ members }: VirtualService): boolean {
  return new Set(members.filter(usable).map(({ weight }) => weight)).size > 1;
}
