/** Names under /Common. All begin with roomlb, and the parts behind it cannot be mistaken for each other. */
import { frontIds, type CarriedService } from '../dialect/carried.ts';
import { checkKey, type Check } from '../dialect/checks.ts';
import { namer } from '../dialect/names.ts';
import { profileKey, type Pool, type PoolMember, type Profile, type Virtual } from './objects.ts';

const PREFIX = '/Common/roomlb-';

export const names = {
  monitor: (check: Check) => `${PREFIX}${checkKey(check)}`,
  profile: (profile: Profile) => `${PREFIX}l4-${profileKey(profile)}`,
  persistence: (seconds: number) => `${PREFIX}source-${seconds}`,
  pool: ({ kind, id, family }: Pool) => `${PREFIX}${kind}-${id}-v${family}`,
  node: ({ host, address }: PoolMember) => `${PREFIX}${host}-v${address.family}`,
} as const;

/** Names of virtual servers. A BIG-IP takes 255 characters, but a VIP's second address is no id. */
export function virtualNames(services: readonly CarriedService[]): (virtual: Virtual) => string {
  const front = namer(frontIds(services), { max: 100 });
  return ({ service, front: { id, address }, port }) =>
    `${PREFIX}${service.protocol}-${port}-${front(id)}-v${address.family}`;
}
