/**
 * Who holds the VIP among several switches. IOS SLB follows an HSRP group by its name ("inservice (server
 * farm virtual server)", "Stateless backup" in the Configuration Guide); it knows no VRRP group.
 */
import type { IntentVip } from '../../intent/model.ts';
import type { HsrpWords } from '../dialect/hsrp.ts';
import { interfaceOf } from '../dialect/interfaces.ts';
import type { Block } from '../dialect/text.ts';
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

export const HSRP: HsrpWords = {
  system: 'IOS',
  interfaces: 'Vlan, Port-channel or BVI',
  belongs: 'follows',
  command: (device, group) => `add to interface ${device}: standby ${group} ip ADDRESS`,
};
