/** Services of ITD: "itd", one for each VIP and family, with a "virtual" line for each port. */
import type { IntentVip, VirtualService } from '../../intent/model.ts';
import type { IpAddress } from '../../topology/model.ts';
import { interfaceOf } from '../dialect/interfaces.ts';
import type { Block } from '../dialect/text.ts';
import { sharesOf } from './buckets.ts';

/** Ends the block of a service, and opens it. */
export const OPEN = 'no shutdown';

/** "advertise enable": the switch has a route to the VIP, so that it takes packets for it. */
export function virtualLine(
  { family, text }: IpAddress,
  { protocol }: VirtualService,
  port: number,
  group: string,
): string {
  const address = family === 4 ? `ip ${text} 255.255.255.255` : `ipv6 ${text} 128`;
  return `virtual ${address} ${protocol} ${port} advertise enable device-group ${group}`;
}

/** @param pool the shared signalling service among those of the VIP, if there is one */
export function itdService(
  name: string,
  vip: IntentVip,
  virtuals: readonly string[],
  pool: VirtualService | undefined,
): Block {
  const device = ingressOf(vip);
  return {
    head: `itd ${name}`,
    body: [
      ...virtuals,
      ...(device === null ? [] : [`ingress interface ${device}`]),
      // A member that fails hands its buckets to others, and gets them back.
      ...(pool ? ['failaction node reassign'] : []),
      `load-balance method src ip${pool ? ` buckets ${sharesOf(pool).buckets}` : ''}`,
      ...(vip.forwarding === 'nat' ? ['nat destination'] : []),
      OPEN,
    ],
  };
}

/** Where packets for the VIP come in, if the topology names an interface of NX-OS. */
export function ingressOf(vip: IntentVip): string | null {
  return interfaceOf(vip, ['vlan', 'port-channel']);
}
