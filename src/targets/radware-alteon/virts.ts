/** Virtual servers: "/cfg/slb/virt" and its services, one for each port. */
import type { VirtualService } from '../../intent/model.ts';
import type { Front } from '../dialect/carried.ts';
import type { Block } from '../dialect/text.ts';
import { inUnits, type TimeScale } from '../dialect/times.ts';
import { applicationOf } from './ports.ts';

/** "tmout", "ptmout": minutes, even numbers of them in every version. */
export const MINUTES: TimeScale = { unit: 60, min: 2, max: 32_768, step: 2 };

export function virtualServer(id: string, { address }: Front): Block {
  return {
    head: `/c/slb/virt ${id}`,
    body: ['ena', `ipver v${address.family}`, `vip ${address.text}`],
  };
}

/** The service, and behind it the menu of its source address where that is rewritten. */
export function serviceBlocks(id: string, service: VirtualService, port: number, group: string): Block[] {
  const { protocol, forwarding, snat, persistence, idleTimeout } = service;
  const application = applicationOf(service, port);
  const head = `/c/slb/virt ${id}/service ${port} ${application}`;
  const rport = portOnNodes(service, port);
  return [
    {
      head,
      body: [
        ...(application === 'basic-slb' ? [`protocol ${protocol}`] : []),
        `group ${group}`,
        ...(rport === port ? [] : [`rport ${rport}`]),
        // "Enable/disable only substituting MAC addresses".
        ...(forwarding === 'dsr' ? ['nonat ena'] : []),
        ...(persistence === null ? [] : ['pbind clientip', `ptmout ${inUnits(persistence, MINUTES)}`]),
        `tmout ${inUnits(idleTimeout, MINUTES)}`,
      ],
    },
    ...(snat ? [{ head: `${head}/pip`, body: ['mode egress'] }] : []),
  ];
}

function portOnNodes({ role, members }: VirtualService, port: number): number {
  return role === 'media' ? port : (members[0]?.ports.first ?? port);
}
