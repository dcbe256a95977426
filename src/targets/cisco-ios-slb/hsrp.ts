/**
 * Who holds the VIP among several switches. IOS SLB follows an HSRP group by its name ("inservice (server
 * farm virtual server)", "Stateless backup" in the Configuration Guide); it knows no VRRP group.
 */
import type { IntentVip } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import { interfaceOf } from '../dialect/interfaces.ts';
import type { Block } from '../dialect/text.ts';
import type { Finding } from '../target.ts';
import type { Names } from './names.ts';

/** The interface that carries the VIP's HSRP group, or null where there is none. */
export function hsrpInterface(vip: IntentVip): string | null {
  return interfaceOf(vip, ['vlan', 'port-channel', 'bvi']);
}

/** Timers: the interval, and three of it (HSRP's own ratio is 3 and 10 s). Preemption is off by default. */
export function hsrpGroup(vip: IntentVip, names: Names): Block[] {
  const device = hsrpInterface(vip);
  if (device === null || !vip.vrrp) return [];
  const { routerId, priority, advertInterval } = vip.vrrp;
  return [
    {
      head: `interface ${device}`,
      body: [
        `standby ${routerId} name ${names.group(vip.id)}`,
        `standby ${routerId} priority ${priority}`,
        `standby ${routerId} timers ${advertInterval} ${advertInterval * 3}`,
      ],
    },
  ];
}

export function hsrpFindings(vip: IntentVip): Finding[] {
  const { vrrp } = vip;
  if (!vrrp) return [];
  const device = hsrpInterface(vip);
  if (device === null) {
    return finding(
      [vip],
      'degraded',
      `several switches cannot share VIP ${vip.id}: ${vrrp.interface} is no interface of IOS that HSRP could run on here`,
      'name a Vlan, Port-channel or BVI in vrrp.interface, such as Vlan10',
    );
  }
  return finding(
    [vip],
    'degraded',
    `VIP ${vip.id} follows HSRP group ${vrrp.routerId} of ${device}, which wants an address of that network that the topology does not know`,
    `add to interface ${device}: standby ${vrrp.routerId} ip ADDRESS`,
  );
}
