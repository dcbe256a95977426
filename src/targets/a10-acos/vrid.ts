/** Who holds a VIP among several devices: VRRP-A, "vrrp-a vrid", which virtual servers join by its number. */
import type { IntentVip } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import type { Block } from '../dialect/text.ts';
import type { Finding } from '../target.ts';

/** "vrid": 1 to 31. */
const MAX_VRID = 31;

export function vridOf({ vrrp }: IntentVip): number | null {
  return vrrp && vrrp.routerId <= MAX_VRID ? vrrp.routerId : null;
}

/** Each id once, with the priority that the first VIP of it has. */
export function vrids(vips: readonly IntentVip[]): Block[] {
  return [...firstById(vips)].map(([id, { vrrp }]) => ({
    head: `vrrp-a vrid ${id}`,
    body: [{ head: 'blade-parameters', body: [`priority ${vrrp?.priority ?? 0}`] }],
  }));
}

function firstById(vips: readonly IntentVip[]): Map<number, IntentVip> {
  const first = new Map<number, IntentVip>();
  for (const vip of vips) {
    const id = vridOf(vip);
    if (id !== null && !first.has(id)) first.set(id, vip);
  }
  return first;
}

export function vridFindings(vips: readonly IntentVip[]): Finding[] {
  const first = firstById(vips);
  const joined = vips.filter((vip) => vridOf(vip) !== null);
  return [
    finding(
      vips.filter((vip) => vip.vrrp && vridOf(vip) === null),
      'degraded',
      `several devices cannot share these: VRRP-A takes ids of 1 to ${MAX_VRID}`,
      `give the VIP a routerId of 1 to ${MAX_VRID}`,
    ),
    finding(
      joined.filter((vip) => vip.vrrp?.priority !== first.get(vridOf(vip) ?? 0)?.vrrp?.priority),
      'degraded',
      'VIPs with one router id have one priority in VRRP-A: that of the first',
      'give each VIP a routerId of its own',
    ),
    finding(
      joined,
      'note',
      'VRRP-A is no VRRP: it runs between ACOS devices only, and its hello interval is one for all',
      'set up vrrp-a common first: device-id, set-id, enable',
    ),
  ].flat();
}
