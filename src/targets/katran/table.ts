/**
 * What katran is given: a VIP for each address, port and protocol, with reals by weight (KatranLb.h). How it keeps
 * them decides what can be said, and these come of it:
 *
 * - The ring of a VIP is made anew of the reals with a weight, unless there are none: then it stays as it was, and
 *   reals that were taken away go on getting packets (Vip::calculateHashRing() and getEndpoints() in Vip.cpp). So no
 *   VIP may be left without a real that has a weight: it is taken away as a whole, or its reals keep some.
 * - A VIP that has had no such real yet has the ring of one that was deleted before it (delVip() hands its number on,
 *   and nobody cleans the ring), so that each gets its reals at once.
 */
import type { VirtualService } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import { listPorts } from '../../topology/ports.ts';
import type { CarriedService, Front } from '../dialect/carried.ts';
import { isLeftOut } from '../ipvs/destinations.ts';

/** MAX_VIPS and MAX_REALS of lib/bpf/balancer_consts.h, which the server's maxVips and maxReals have to equal. */
export const MAX_VIPS = 512;
export const MAX_REALS = 4096;

export interface KatranVip {
  readonly service: VirtualService;
  /** `203.0.113.10:443`, `[2001:db8::10]:443` */
  readonly endpoint: string;
  /** The source port is left out of the hash, so that a source address stays with its real. */
  readonly bySource: boolean;
  /** In the order of members; at least one, and one at least has a weight. */
  readonly reals: readonly KatranReal[];
}

export interface KatranReal {
  readonly node: string;
  readonly address: string;
  readonly weight: number;
}

export interface Table {
  readonly vips: readonly KatranVip[];
  /** Those that no number of a VIP is left for, and those with a real too many. */
  readonly beyondVips: readonly VirtualService[];
  readonly beyondReals: readonly VirtualService[];
}

/** Services in their order, as long as there is room. */
export function tableOf(services: readonly CarriedService[]): Table {
  const vips: KatranVip[] = [];
  const beyondVips: VirtualService[] = [];
  const beyondReals: VirtualService[] = [];
  const reals = new Set<string>();
  for (const carried of services) {
    const { service } = carried;
    const more = vipsOf(carried);
    const newReals = addressesOf(carried).filter((address) => !reals.has(address));
    if (vips.length + more.length > MAX_VIPS) beyondVips.push(service);
    else if (reals.size + newReals.length > MAX_REALS) beyondReals.push(service);
    else {
      vips.push(...more);
      for (const address of newReals) reals.add(address);
    }
  }
  return { vips, beyondVips, beyondReals };
}

/** Whether all members of it are to take nothing new, which katran cannot say of all. */
export function isAllDrained(service: VirtualService): boolean {
  return !isLeftOut(service) && service.members.every(({ weight }) => weight === 0);
}

function vipsOf({ service, fronts }: CarriedService): KatranVip[] {
  // Its packets then go to the host's own stack, which refuses.
  if (isLeftOut(service)) return [];
  return fronts.flatMap((front) => {
    const reals = realsOf(front);
    return listPorts(service.ports).map((port) => ({
      service,
      endpoint: formatEndpoint(front.address, port),
      bySource: service.persistence !== null,
      reals,
    }));
  });
}

function realsOf({ members }: Front): KatranReal[] {
  const empty = members.every(({ weight }) => weight === 0);
  return members.map(({ member: { node }, address, weight }) => ({
    node,
    address: address.text,
    weight: empty ? 1 : weight,
  }));
}

function addressesOf({ service, fronts }: CarriedService): string[] {
  if (isLeftOut(service)) return [];
  return [...new Set(fronts.flatMap(({ members }) => members.map(({ address }) => address.text)))];
}
