/**
 * Forwarding tables: who is behind which addresses and ports (docs/setup/forwarding-table-config.md). A node's media
 * are one table for both protocols. Each family has tables of its own, since a node answers clients itself, and so has
 * to speak theirs; but what carries the packets to it is IPv4 always.
 */
import { createHash } from 'node:crypto';
import type { VirtualService } from '../../intent/model.ts';
import type { CarriedService, Front } from '../dialect/carried.ts';
import { isLeftOut, type Destination } from '../ipvs/destinations.ts';

/** GLB_FMT_MAX_NUM_BACKENDS of glb_fwd_config.h. */
export const MAX_BACKENDS = 256;

/** Where nodes listen for GUE: docs/setup/backend-proxy-setup.md. */
export const GUE_PORT = 19_523;

export interface Bind {
  readonly ip: string;
  readonly proto: 'tcp' | 'udp';
  readonly port?: number;
  readonly port_start?: number;
  readonly port_end?: number;
}

/** Ports, and what to ask of the first. */
export interface Healthchecks {
  readonly http?: number;
  readonly http_uri?: string;
  readonly tcp?: number;
  readonly gue?: number;
}

export interface Backend {
  readonly ip: string;
  readonly state: 'active' | 'draining';
  /** For use without glb-healthcheck, which sets it otherwise. */
  readonly healthy: true;
  readonly healthchecks: Healthchecks;
}

export interface Table {
  readonly name: string;
  readonly hash_key: string;
  readonly seed: string;
  readonly binds: readonly Bind[];
  readonly backends: readonly Backend[];
}

/** A front of a service as a table has it. */
export interface Bound {
  readonly service: VirtualService;
  readonly table: string;
  readonly bind: Bind;
  /** Those that have an IPv4 address; never empty. */
  readonly members: readonly Destination[];
}

/** Of the services that are not left out, in their order. */
export function boundFronts(services: readonly CarriedService[]): Bound[] {
  return services.flatMap(({ service, fronts }) =>
    isLeftOut(service)
      ? []
      : fronts.flatMap((front) => {
          const members = front.members.filter(({ member }) => tunnelEnd(member) !== undefined);
          if (members.length === 0) return [];
          return [{ service, table: nameOf(service, front), bind: bindOf(service, front), members }];
        }),
  );
}

export function tables(cluster: string, bound: readonly Bound[]): Table[] {
  const byName = new Map<string, Table & { binds: Bind[] }>();
  for (const { service, table: name, bind, members } of bound) {
    const known = byName.get(name);
    if (known) known.binds.push(bind);
    else {
      byName.set(name, {
        name,
        // One for all tables, which the documents allow; the seed has to differ from table to table.
        hash_key: keyOf(`${cluster}\nhash_key`),
        seed: keyOf(`${cluster}\nseed\n${name}`),
        binds: [bind],
        backends: backendsOf(service, members),
      });
    }
  }
  return [...byName.values()];
}

export function tunnelEnd({ addresses }: Destination['member']): string | undefined {
  return addresses.find(({ family }) => family === 4)?.text;
}

function nameOf({ vip, role, members }: VirtualService, { address }: Front): string {
  const own = role === 'signalling' ? '' : `/${members[0]?.node ?? ''}`;
  return `${vip}/${role}${own}/ipv${address.family}`;
}

function bindOf({ protocol, ports: { first, last } }: VirtualService, { address }: Front): Bind {
  const where = { ip: address.text, proto: protocol };
  return first === last ? { ...where, port: first } : { ...where, port_start: first, port_end: last };
}

/**
 * One backend alone is written twice: build-config looks at the second of each row without asking whether there is one
 * (cli/main.c, "secondary_backend"). Where all drain, there is nobody to swap them with, so that all are active.
 */
function backendsOf({ role }: VirtualService, members: readonly Destination[]): Backend[] {
  const empty = members.every(({ weight }) => weight === 0);
  const backends = members.map(({ member, weight }): Backend => ({
    ip: tunnelEnd(member) ?? '',
    state: weight === 0 && !empty ? 'draining' : 'active',
    healthy: true,
    // glb-healthcheck falls over where there is no such key at all (GLBTable.go, HealthTargets()).
    healthchecks: role === 'signalling' ? healthchecksOf(member) : {},
  }));
  return backends.length === 1 ? [...backends, ...backends] : backends;
}

/** All have to pass. STUN it does not have. */
function healthchecksOf({ monitor }: Destination['member']): Healthchecks {
  const gue = GUE_PORT;
  if (!monitor) return { gue };
  return monitor.kind === 'tcp'
    ? { tcp: monitor.port, gue }
    : { http: monitor.port, http_uri: monitor.path, gue };
}

/** 16 bytes in hex, the same on all directors. */
function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
