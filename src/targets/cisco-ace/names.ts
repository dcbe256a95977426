/**
 * Names of ACE objects: up to 64 characters ("serverfarm", "rserver", "class-map" in the Command Reference). All
 * begin with roomlb; each kind has a space of names of its own, so that a farm, its sticky group and its policy
 * bear one name.
 */
import type { VirtualService } from '../../intent/model.ts';
import { frontIds, nodeIds, vipIds, type CarriedService, type Front } from '../dialect/carried.ts';
import { checkKey, type Check } from '../dialect/checks.ts';
import { namer } from '../dialect/names.ts';

const MAX = 64;
const PREFIX = 'roomlb-';

export interface Names {
  readonly rserver: (node: string, family: 4 | 6) => string;
  /** Farm, sticky group and policy of one service, in one family. */
  readonly farm: (service: VirtualService, family: 4 | 6) => string;
  /** What clients of one service and address are known by. */
  readonly classMap: (service: VirtualService, front: Front) => string;
}

export function namesFor(services: readonly CarriedService[]): Names {
  // What stands around an id: `roomlb-media-udp-` or `roomlb-udp-40000-`, and `-v4`.
  const max = MAX - 20;
  const vip = namer(vipIds(services), { max });
  const front = namer(frontIds(services), { max });
  const node = namer(nodeIds(services), { max });
  return {
    rserver: (id, family) => `${PREFIX}${node(id)}-v${family}`,
    farm: ({ role, protocol, vip: id, members }, family) => {
      if (role === 'signalling') return `${PREFIX}pool-${vip(id)}-v${family}`;
      const own = node(members[0]?.node ?? '');
      return role === 'media'
        ? `${MEDIA_PREFIX}${protocol}-${own}-v${family}`
        : `${PREFIX}own-${own}-v${family}`;
    },
    classMap: ({ protocol, ports }, { id, address }) =>
      `${PREFIX}${protocol}-${ports.first}-${front(id)}-v${address.family}`,
  };
}

const MEDIA_PREFIX = `${PREFIX}media-`;

/** Farms of UDP media, as their names tell. */
export const UDP_MEDIA = `${MEDIA_PREFIX}udp-`;

export const probeName = (check: Check): string => PREFIX + checkKey(check);
export const idleName = (seconds: number): string => `${PREFIX}idle-${seconds}`;
/** The one policy that knows all VIPs. */
export const POLICY = 'roomlb';
/** Pools of source addresses for one-arm VIPs, by family, which the operator defines. */
export const NAT_POOL = { 4: 104, 6: 106 } as const;
