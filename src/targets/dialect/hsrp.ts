/** What Cisco's systems need to hear of HSRP groups: an address of the network that they run on. */
import type { IntentVip } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';

export interface HsrpWords {
  /** As in messages: `IOS`. */
  readonly system: string;
  /** Interfaces that can be named: `Vlan, Port-channel or BVI`. */
  readonly interfaces: string;
  /** How a VIP belongs to a group: `follows`, `is reached through`. */
  readonly belongs: string;
  /** What adds the address. */
  readonly command: (device: string, group: number) => string;
}

/** @param device the interface that carries the VIP's group, or null where there is none */
export function hsrpFindings(vip: IntentVip, device: string | null, words: HsrpWords): Finding[] {
  const { id, vrrp } = vip;
  if (!vrrp) return [];
  if (device === null) {
    return finding(
      [vip],
      'degraded',
      `several switches cannot share VIP ${id}: ${vrrp.interface} is no interface of ${words.system} that HSRP could run on here`,
      `name a ${words.interfaces} in vrrp.interface, such as Vlan10`,
    );
  }
  return finding(
    [vip],
    'degraded',
    `VIP ${id} ${words.belongs} HSRP group ${vrrp.routerId} of ${device}, which wants an address of that network that the topology does not know`,
    words.command(device, vrrp.routerId),
  );
}
