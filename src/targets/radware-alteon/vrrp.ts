/**
 * Who holds the VIP among several Alteons: virtual server routers, "/cfg/l3/vrrp/vr", whose interface is a
 * number. Their own numbers are taken from the router id: itself for IPv4, 256 more for IPv6.
 */
import type { IntentVip } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import type { Block } from '../dialect/text.ts';
import type { Finding } from '../target.ts';

/** "if <interface number>": 1 to 256. */
function isInterface(name: string): boolean {
  return /^[1-9][0-9]{0,2}$/.test(name) && Number(name) <= 256;
}

export function virtualRouters(vips: readonly IntentVip[]): Block[] {
  const again = new Set(duplicates(vips));
  return vips.flatMap((vip) => {
    const { addresses, vrrp } = vip;
    if (again.has(vip)) return [];
    if (!vrrp || !isInterface(vrrp.interface)) return [];
    return ([4, 6] as const).flatMap((family) => {
      const address = addresses.find((one) => one.family === family);
      if (!address) return [];
      return [
        {
          head: `/c/l3/vrrp/vr ${vrrp.routerId + (family === 4 ? 0 : 256)}`,
          body: [
            'ena',
            `ipver v${family}`,
            `vrid ${vrrp.routerId}`,
            `if ${vrrp.interface}`,
            `addr ${address.text}`,
            `prio ${vrrp.priority}`,
            `adver ${Math.ceil(vrrp.advertInterval)}`,
          ],
        },
      ];
    });
  });
}

export function vrrpFindings(vips: readonly IntentVip[]): Finding[] {
  const shared = vips.filter(({ vrrp }) => vrrp !== null);
  const joined = shared.filter(({ vrrp }) => vrrp && isInterface(vrrp.interface));
  return [
    finding(
      shared.filter(({ vrrp }) => vrrp && !isInterface(vrrp.interface)),
      'degraded',
      'several Alteons cannot share these: interfaces of Alteon are numbers',
      'name the IP interface in vrrp.interface by its number, such as 1',
    ),
    finding(
      joined.filter(
        ({ addresses }) => new Set(addresses.map(({ family }) => family)).size < addresses.length,
      ),
      'degraded',
      'a virtual router has one address: only the first of each family is shared',
      'make a VIP of the other address, with a routerId of its own',
    ),
    finding(
      duplicates(joined),
      'degraded',
      'these are not shared: virtual routers are numbered by router id, and another VIP has theirs',
      'give each VIP a routerId of its own',
    ),
    finding(
      joined.filter(({ vrrp }) => vrrp && !Number.isInteger(vrrp.advertInterval)),
      'degraded',
      'advertisements are sent every whole number of seconds: the next that is no shorter',
      'ask for whole seconds',
    ),
    finding(
      joined,
      'note',
      'the virtual routers take the numbers of their router ids, 256 more for IPv6',
      'see that none of yours has them (/c/l3/vrrp/cur), and turn VRRP on: /c/l3/vrrp/on',
    ),
  ].flat();
}

function duplicates(vips: readonly IntentVip[]): IntentVip[] {
  const seen = new Set<number>();
  return vips.filter(({ vrrp }) => {
    if (!vrrp || !isInterface(vrrp.interface)) return false;
    const again = seen.has(vrrp.routerId);
    seen.add(vrrp.routerId);
    return again;
  });
}
