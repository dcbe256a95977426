import type { Intent, IntentVip, VirtualService } from '../intent/model.ts';
import { compareText } from '../topology/compare.ts';
import { groupBy } from '../topology/group-by.ts';
import type { Finding } from './target.ts';

/** One finding about all of them, or none where there is nothing to be said about. */
export function finding(
  about: readonly { readonly id: string }[],
  level: Finding['level'],
  message: string,
  hint: string,
): Finding[] {
  if (about.length === 0) return [];
  return [{ level, about: about.map(({ id }) => id).sort(compareText), message, hint }];
}

/** Whether a proxy can carry it: one ends connections itself, so answers have to come back through it. */
export function canBeProxied({ forwarding }: VirtualService): boolean {
  return forwarding === 'nat';
}

/** What a proxy of both protocols says of a VIP that is forwarded otherwise. */
export function unproxied({ id, forwarding }: IntentVip, services: readonly VirtualService[]): Finding[] {
  return finding(
    forwarding === 'nat' ? [] : services,
    'refused',
    `a proxy ends connections itself, so it cannot forward VIP ${id} by ${forwarding}`,
    'use keepalived or ipvs, or set forwarding: nat',
  );
}

/** For engines that leave it to something beside them which host has the VIP. */
export function withoutVrrp(label: string, vips: readonly IntentVip[]): Finding[] {
  return finding(
    vips.filter(({ vrrp }) => vrrp !== null),
    'degraded',
    `${label} hands no address from host to host: what vrrp asks for is not in here`,
    'run VRRP beside it, or give the VIP a route: in the topology, and announce it from every host: bird, frr, exabgp or gobgp',
  );
}

/** Services by VIP id, in their own order. */
export function groupByVip(services: readonly VirtualService[]): Map<string, VirtualService[]> {
  return groupBy(services, ({ vip }) => vip);
}

/** What an engine says of each VIP by its services, and the VIPs of which it carries something. */
export function findingsByVip(
  intent: Intent,
  carries: (service: VirtualService) => boolean,
  ofVip: (vip: IntentVip, services: readonly VirtualService[]) => readonly Finding[],
): { readonly perVip: readonly Finding[]; readonly used: readonly IntentVip[] } {
  const byVip = groupByVip(intent.services);
  return {
    perVip: intent.vips.flatMap((vip) => ofVip(vip, byVip.get(vip.id) ?? [])),
    used: intent.vips.filter(({ id }) => byVip.get(id)?.some(carries)),
  };
}

/**
 * The shared signalling services whose clients name their node where this engine cannot see it. A member
 * with a signalling port of its own is named by that port, which every engine sees.
 */
export function unseenNames(services: readonly VirtualService[]): VirtualService[] {
  const own = new Set(
    services.flatMap(({ role, members }) =>
      role === 'node-signalling' ? members.map(({ node }) => node) : [],
    ),
  );
  return services.filter(
    ({ role, members }) => role === 'signalling' && members.some(({ node }) => !own.has(node)),
  );
}
