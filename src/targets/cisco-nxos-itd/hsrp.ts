/**
 * Which of several switches gets the packets: HSRP groups of NX-OS. ITD and static NAT remember nothing, so that
 * both switches have the same configuration and either may serve.
 */
import type { IntentVip } from '../../intent/model.ts';
import type { HsrpWords } from '../dialect/hsrp.ts';
import type { Block } from '../dialect/text.ts';
import { ingressOf } from './itd.ts';

/** "timers": hello and hold, in seconds. */
export function hsrpGroups(vips: readonly IntentVip[]): Block[] {
  return vips.flatMap((vip) => {
    const device = ingressOf(vip);
    if (device === null || !vip.vrrp) return [];
    const { routerId, priority, advertInterval } = vip.vrrp;
    const body = [`priority ${priority}`, `timers ${advertInterval} ${advertInterval * 3}`];
    return [{ head: `interface ${device}`, body: [{ head: `hsrp ${routerId}`, body }] }];
  });
}

export const HSRP: HsrpWords = {
  system: 'NX-OS',
  interfaces: 'Vlan or port-channel',
  belongs: 'is reached through',
  command: (device, group) => `add to interface ${device}, hsrp ${group}: ip ADDRESS`,
};
