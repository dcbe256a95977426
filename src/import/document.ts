/**
 * From what a device says to a topology, as far as it goes. What a topology has no words for, and what the
 * device did not say, is told in notes, so that nobody takes a guess for a fact.
 */
import { compareText } from '../topology/compare.ts';
import { groupBy } from '../topology/group-by.ts';
import type { IpAddress } from '../topology/model.ts';
import type { FullTopologyDocument, VipDocument } from '../topology/schema.ts';
import type { Seen, SeenService, SeenVrrp } from '../targets/seen.ts';
import { distinct, nameOf } from './naming.ts';
import { nodeDocuments } from './nodes.ts';
import { withDerivedPorts } from './own-ports.ts';
import { rolesOf, type Roles } from './roles.ts';
import { whoIsWho } from './who-is-who.ts';

export interface Imported {
  readonly document: FullTopologyDocument;
  /** One sentence each, no full stop. */
  readonly notes: readonly string[];
}

/** @param cluster id of the cluster that it shall be */
export function importedFrom(seen: Seen, cluster: string): Imported {
  const { services, vrrp } = seen;
  const who = whoIsWho(seen);
  const notes: string[] = [];
  const vips: VipDocument[] = [];
  const nodes: FullTopologyDocument['nodes'] = [];
  for (const [key, own] of groupBy(services, who.vipOf)) {
    const addresses = distinct(own.map(({ address }) => address));
    const id = nameOf(key, own.find(({ vip }) => vip !== null)?.vip ?? null, 'vip', addresses);
    const roles = rolesOf(id, own, notes);
    const members = nodeDocuments(id, roles, who, notes);
    const derived = withDerivedPorts(id, roles, members, who, notes);
    vips.push(vipDocument(id, addresses, derived, vrrp, notes));
    nodes.push(...members.values());
  }
  if (nodes.length > 0)
    notes.push('every node is written as mediasoup: a device does not tell kinds, nor zones');
  const byId = (a: { id: string }, b: { id: string }) => compareText(a.id, b.id);
  return { document: { cluster, vips: vips.sort(byId), nodes: nodes.sort(byId) }, notes };
}

function vipDocument(
  id: string,
  addresses: readonly IpAddress[],
  { shared, own, media, all }: Roles,
  vrrp: readonly SeenVrrp[],
  notes: string[],
): VipDocument {
  const [first] = all;
  const [signalling] = [...shared, ...own];
  const texts = addresses.map(({ text }) => text);
  const group = vrrp.find((one) => one.addresses.some(({ text }) => texts.includes(text)));
  if (all.some(({ forwarding }) => forwarding !== first?.forwarding))
    notes.push(`services of VIP ${id} are forwarded in several ways; the first counts: ${first?.forwarding}`);
  return {
    id,
    addresses: texts,
    forwarding: first?.forwarding ?? 'nat',
    ...(all.some(({ snat }) => snat) && { snat: true }),
    ...(signalling && {
      signalling: {
        ...signallingOf(signalling, shared, own),
        ...idleOf(id, 'signalling', [...shared, ...own], notes),
      },
    }),
    ...(media.length > 0 && { media: { ...mediaOf(media), ...idleOf(id, 'media', media, notes) } }),
    ...(group && {
      vrrp: {
        interface: group.interface,
        routerId: group.routerId,
        priority: group.priority,
        advertInterval: `${group.advertInterval}s`,
      },
    }),
  };
}

function signallingOf(
  { tls, certificate, domain }: SeenService,
  shared: readonly SeenService[],
  own: readonly SeenService[],
): NonNullable<VipDocument['signalling']> {
  const [pool] = shared;
  const persistence = pool?.persistence ?? null;
  return {
    ...(pool && { port: pool.ports.first }),
    ...(own.length > 0 && { ports: span(own) }),
    ...(domain !== null && { domain }),
    ...(tls !== null && { tls }),
    ...(certificate !== null && { certificate }),
    ...(persistence !== null && { persistence: `${persistence}s` }),
  };
}

function mediaOf(media: readonly SeenService[]): NonNullable<VipDocument['media']> {
  const protocols = (['udp', 'tcp'] as const).filter((one) => media.some(({ protocol }) => protocol === one));
  return { protocols, ports: span(media) };
}

/** A topology has one idle time for all signalling of a VIP, and one for all its media. */
function idleOf(
  vip: string,
  part: 'signalling' | 'media',
  services: readonly SeenService[],
  notes: string[],
): { idleTimeout?: string } {
  const [idle, ...others] = new Set(services.flatMap(({ idleTimeout }) => idleTimeout ?? []));
  if (others.length > 0)
    notes.push(
      `${part} of VIP ${vip} is idle for ${[idle, ...others].join(' and ')} s at different ports; the first counts`,
    );
  return idle === undefined ? {} : { idleTimeout: `${idle}s` };
}

/** From the lowest to the highest port. */
function span(services: readonly SeenService[]): string {
  const first = Math.min(...services.map(({ ports }) => ports.first));
  const last = Math.max(...services.map(({ ports }) => ports.last));
  return first === last ? String(first) : `${first}-${last}`;
}
