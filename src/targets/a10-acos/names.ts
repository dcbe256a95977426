/**
 * Names of ACOS objects: up to 63 characters in every version ("slb server", "slb service-group", "health
 * monitor"; newer ones take 127). All begin with roomlb; each kind has a space of names of its own.
 */
import type { ServiceRole, VirtualService } from '../../intent/model.ts';
import type { Protocol } from '../../topology/model.ts';
import { frontIds, nodeIds, type CarriedService, type Front } from '../dialect/carried.ts';
import { checkKey, type Check } from '../dialect/checks.ts';
import { namer } from '../dialect/names.ts';

const MAX = 63;
const PREFIX = 'roomlb-';

export interface Names {
  readonly server: (node: string, family: 4 | 6) => string;
  readonly group: (service: VirtualService, front: Front, port: number) => string;
  readonly vserver: (front: Front) => string;
}

/** What a group is for, as its name tells: read-groups.ts reads it. */
const ROLES = { signalling: 'pool', 'node-signalling': 'own', media: 'media' } as const;

/** The way back from the name of a group. */
export function roleOf(group: string): ServiceRole | null {
  const [, word] = /^roomlb-([a-z]+)-/.exec(group) ?? [];
  const roles = Object.keys(ROLES) as ServiceRole[];
  return roles.find((role) => ROLES[role] === word) ?? null;
}

export function namesFor(services: readonly CarriedService[]): Names {
  // What stands around an id: `roomlb-media-udp-40000-` and `-v4`.
  const front = namer(frontIds(services), { max: MAX - 26 });
  const node = namer(nodeIds(services), { max: MAX - 10 });
  return {
    server: (id, family) => `${PREFIX}${node(id)}-v${family}`,
    group: ({ role, protocol }, { id, address }, port) =>
      `${PREFIX}${ROLES[role]}-${protocol}-${port}-${front(id)}-v${address.family}`,
    vserver: ({ id, address }) => `${PREFIX}${front(id)}-v${address.family}`,
  };
}

export const monitorName = (checks: readonly Check[]): string => PREFIX + checks.map(checkKey).join('-');
export const idleName = (protocol: Protocol, seconds: number): string => `${PREFIX}${protocol}-${seconds}`;
export const persistName = (minutes: number): string => `${PREFIX}source-${minutes}`;
/** Template of ports whose sessions end when they are disabled. */
export const FLUSH = `${PREFIX}flush`;
