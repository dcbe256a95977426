/** Virtual servers: "slb virtual-server", one for each address, with a "port" for each service of it. */
import type { Block } from '../dialect/text.ts';
import type { Group } from './groups.ts';
import { templateLines } from './templates.ts';

/** What each mode says of packets that are passed on; nat is what ACOS does without a word. */
const FORWARDING = { nat: [], dsr: ['no-dest-nat'], tunnel: ['ipinip'] } as const;

export function virtualPort({ service, port, name }: Group): Block {
  return {
    head: `port ${port} ${service.protocol}`,
    body: [
      // "Configure auto NAT for the vport": from addresses of its own interfaces.
      ...(service.snat ? ['source-nat auto'] : []),
      `service-group ${name}`,
      ...FORWARDING[service.forwarding],
      ...templateLines(service),
    ],
  };
}

/** @param vrid null where VRRP-A does not move the address */
export function virtualServer(
  name: string,
  address: string,
  vrid: number | null,
  ports: readonly Block[],
): Block {
  return {
    head: `slb virtual-server ${name} ${address}`,
    body: [...(vrid === null ? [] : [`vrid ${vrid}`]), ...ports],
  };
}
