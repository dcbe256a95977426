/**
 * What a BIG-IP has for an intent, in no dialect: tmsh and AS3 write the same objects. One pool for a shared
 * signalling port, one for a node's own, one for a node's media with members of port 0, which keeps the
 * port that the client chose; one virtual server a port.
 */
import type { VirtualService } from '../../intent/model.ts';
import type { IpAddress } from '../../topology/model.ts';
import { listPorts } from '../../topology/ports.ts';
import type { CarriedService, Front } from '../dialect/carried.ts';
import { checkKey, checksDiffer, checksOf, type Check } from '../dialect/checks.ts';
import { hostsOf, type Host } from '../dialect/hosts.ts';
import { inUnits, type TimeScale } from '../dialect/times.ts';
import { scaleWeights } from '../dialect/weights.ts';

/** AS3 schema, L4_Profile.idleTimeout and Persist_Addr.duration; tmsh reference, "ltm profile fastl4". Seconds. */
export const IDLE: TimeScale = { unit: 1, min: 1, max: 86_400 };

/** AS3 schema, Pool_Member.ratio. */
export const MAX_RATIO = 100;

export interface PoolMember {
  readonly node: string;
  /** The id that the BIG-IP's node is named after: another's, where several have this address. */
  readonly host: string;
  readonly address: IpAddress;
  /** 0: whatever port the virtual server was reached on. */
  readonly port: number;
  readonly ratio: number;
  /** False: connections that it has go on, new ones do not come. */
  readonly takesNew: boolean;
  /** Checks of its own, where those of the pool's members differ. */
  readonly checks: readonly Check[];
}

export interface Pool {
  readonly kind: 'signalling' | 'own' | 'media';
  /** The VIP's for signalling, else the node's. */
  readonly id: string;
  readonly vip: string;
  readonly family: 4 | 6;
  readonly forwarding: VirtualService['forwarding'];
  /** Whether members differ in weight. */
  readonly weighted: boolean;
  /** Checks of all members. */
  readonly checks: readonly Check[];
  readonly members: readonly PoolMember[];
}

/** Settings of a fastL4 profile. */
export interface Profile {
  /** Seconds. */
  readonly idle: number;
  /** Answers do not come back this way, so that half of each connection is never seen. */
  readonly direct: boolean;
}

export interface Virtual {
  readonly service: VirtualService;
  readonly front: Front;
  readonly port: number;
  readonly pool: Pool;
  readonly profile: Profile;
  /** Seconds. */
  readonly persistence: number | null;
}

export interface Objects {
  readonly checks: readonly Check[];
  readonly profiles: readonly Profile[];
  /** Seconds, ascending. */
  readonly persistences: readonly number[];
  readonly pools: readonly Pool[];
  readonly virtuals: readonly Virtual[];
}

export function objectsOf(services: readonly CarriedService[]): Objects {
  const hosts = hostsOf(services);
  const pools = new Map<string, Pool>();
  const virtuals: Virtual[] = [];
  for (const { service, fronts } of services) {
    for (const front of fronts) {
      const made = poolOf(service, front, hosts);
      const key = poolKey(made);
      const pool = pools.get(key) ?? made;
      pools.set(key, pool);
      const profile = profileOf(service);
      const persistence = service.persistence === null ? null : inUnits(service.persistence, IDLE);
      for (const port of listPorts(service.ports)) {
        virtuals.push({ service, front, port, pool, profile, persistence });
      }
    }
  }
  const all = [...pools.values()];
  return {
    checks: distinct(
      all.flatMap(({ checks, members }) => [...checks, ...members.flatMap((member) => member.checks)]),
      checkKey,
    ),
    profiles: distinct(
      virtuals.map(({ profile }) => profile),
      profileKey,
    ),
    persistences: [...new Set(virtuals.flatMap(({ persistence }) => persistence ?? []))].sort(
      (a, b) => a - b,
    ),
    pools: all,
    virtuals,
  };
}

/** Unique among pools. A node's media pool is the same for UDP and TCP. */
export function poolKey({ kind, id, family }: Pool): string {
  return `${kind} ${id} ${family}`;
}

/** `60`, `60-direct`: unique among profiles, and a part of names. */
export function profileKey({ idle, direct }: Profile): string {
  return `${idle}${direct ? '-direct' : ''}`;
}

function poolOf(
  service: VirtualService,
  { address, members }: Front,
  hosts: ReadonlyMap<string, Host>,
): Pool {
  const { role, vip, forwarding } = service;
  const shared = role === 'signalling';
  const { weights } = scaleWeights(
    members.map(({ weight }) => weight),
    MAX_RATIO,
  );
  const differ = shared && checksDiffer(service);
  return {
    kind: shared ? 'signalling' : role === 'media' ? 'media' : 'own',
    id: shared ? vip : (service.members[0]?.node ?? ''),
    vip,
    family: address.family,
    forwarding,
    weighted: new Set(weights.filter((weight) => weight > 0)).size > 1,
    checks: shared && !differ ? service.members.slice(0, 1).flatMap(checksOf) : [],
    members: members.map(({ member, address: own, ports }, i) => ({
      node: member.node,
      host: hosts.get(own.text)?.node ?? member.node,
      address: own,
      port: role === 'media' ? 0 : ports.first,
      ratio: Math.max(1, weights[i] ?? 1),
      takesNew: (weights[i] ?? 0) > 0,
      checks: differ ? checksOf(member) : [],
    })),
  };
}

function profileOf({ idleTimeout, forwarding }: VirtualService): Profile {
  return { idle: inUnits(idleTimeout, IDLE), direct: forwarding !== 'nat' };
}

/** Once each, sorted by key. */
function distinct<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const byKey = new Map(items.map((item) => [keyOf(item), item]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
