/** Whether addresses of VIPs are shared among devices as the topology says: by VRRP or HSRP. */
import type { SeenVrrp } from '../targets/seen.ts';
import { compareText } from '../topology/compare.ts';
import type { Difference } from './drift.ts';

/** Address by address, sorted. Addresses that the topology does not have shared are somebody else's. */
export function vrrpDrift(wanted: readonly SeenVrrp[], found: readonly SeenVrrp[]): Difference[] {
  const have = byAddress(found);
  return [...byAddress(wanted)]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([address, want]): Difference[] => {
      const one = have.get(address);
      const place = { where: `vrrp ${address}`, wanted: [said(want)], line: one?.line ?? null };
      if (!one) return [{ ...place, kind: 'missing', found: [] }];
      return said(one) === said(want) ? [] : [{ ...place, kind: 'different', found: [said(one)] }];
    });
}

function byAddress(groups: readonly SeenVrrp[]): Map<string, SeenVrrp> {
  return new Map(groups.flatMap((one) => one.addresses.map(({ text }) => [text, one] as const)));
}

function said({ interface: name, routerId, priority, advertInterval }: SeenVrrp): string {
  return `on ${name}, id ${routerId}, priority ${priority}, every ${advertInterval} s`;
}
