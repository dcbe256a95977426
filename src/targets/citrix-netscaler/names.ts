/**
 * Names of NetScaler objects: letters, digits and `_#.:@=-`, beginning with a letter or `_`, up to 127
 * characters ("add server", "add serviceGroup", "add lb vserver"; the length is NITRO's). Each kind has its
 * own beginning, and all begin with roomlb.
 */
import type { ServiceRole } from '../../intent/model.ts';
import type { Protocol } from '../../topology/model.ts';
import { frontIds, nodeIds, vipIds, type CarriedService, type Front } from '../dialect/carried.ts';
import { checkKey, type Check } from '../dialect/checks.ts';
import { namer } from '../dialect/names.ts';

/** Ids fit as they are but for their case, which does not tell names apart. */
const RULES = { max: 100, ignoresCase: true } as const;

/** What a port of a VIP takes: one protocol, or in dsr and tunnel whatever comes. */
export type Kind = Protocol | 'any';

/** What a group is for, as its name tells: read-groups.ts reads it. */
const ROLES = { signalling: 'pool', 'node-signalling': 'own', media: 'media' } as const;

/** The way back from the name of a group. */
export function roleOf(group: string): ServiceRole | null {
  const [, word] = /^roomlb-([a-z]+)-/.exec(group) ?? [];
  const roles = Object.keys(ROLES) as ServiceRole[];
  return roles.find((role) => ROLES[role] === word) ?? null;
}

export interface Names {
  monitor(check: Check): string;
  server(node: string, family: 4 | 6): string;
  /** Group behind the shared signalling port. */
  pool(vip: string, family: 4 | 6): string;
  /** Group of one node behind one of its ports. */
  single(role: ServiceRole, node: string, kind: Kind, port: number, family: 4 | 6): string;
  vserver(front: Front, kind: Kind, port: number): string;
}

/** A cluster's id, or what stands for it in names. */
export function clusterName(cluster: string): string {
  return namer([cluster], RULES)(cluster);
}

/** The cluster whose monitor it is, as `clusterName` writes it: a monitor has no comment that could say so. */
export function clusterOfMonitor(name: string): string | undefined {
  return /^roomlb-mon-(.+)-[a-z]+-[0-9]+$/.exec(name)?.[1];
}

export function namesFor(services: readonly CarriedService[], cluster: string): Names {
  const vip = namer(vipIds(services), RULES);
  const front = namer(frontIds(services), RULES);
  const node = namer(nodeIds(services), RULES);
  const own = clusterName(cluster);
  return {
    monitor: (check) => `roomlb-mon-${own}-${checkKey(check)}`,
    server: (id, family) => `roomlb-srv-${node(id)}-v${family}`,
    pool: (id, family) => `roomlb-${ROLES.signalling}-${vip(id)}-v${family}`,
    single: (role, id, kind, port, family) => `roomlb-${ROLES[role]}-${kind}-${port}-${node(id)}-v${family}`,
    vserver: ({ id, address }, kind, port) => `roomlb-vs-${kind}-${port}-${front(id)}-v${address.family}`,
  };
}
