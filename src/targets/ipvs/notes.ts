/** What an operator of IPVS has to know, whichever tool configures it. */
import type { VirtualService } from '../../intent/model.ts';
import type { ForwardingMode } from '../../topology/model.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';

/** What nodes need, one note per forwarding mode in use. */
export function nodeNotes(services: readonly VirtualService[]): Finding[] {
  const direct = (mode: ForwardingMode) => vipsOf(services, ({ forwarding }) => forwarding === mode);
  return [
    ...finding(
      vipsOf(services, ({ forwarding, snat }) => forwarding === 'nat' && !snat),
      'note',
      "nodes must answer through the balancer, which turns their addresses back into the VIP's",
      'make the balancer the default route of the nodes, or set snat: true on the VIP',
    ),
    ...finding(
      direct('dsr'),
      'note',
      'nodes must share a layer 2 network with the balancer and answer from the VIP themselves',
      'run the output of roomlb render node-setup on each node',
    ),
    ...finding(
      direct('tunnel'),
      'note',
      'nodes must unpack IP-in-IP packets and answer from the VIP themselves',
      'run the output of roomlb render node-setup on each node',
    ),
  ];
}

/** The VIPs that have such services, once each. */
export function vipsOf(
  services: readonly VirtualService[],
  matches: (service: VirtualService) => boolean,
): { readonly id: string }[] {
  return [...new Set(services.filter(matches).map(({ vip }) => vip))].map((id) => ({ id }));
}
