/** Virtual servers: "add lb vserver", one for each port of an address. */
import type { VirtualService } from '../../intent/model.ts';
import type { Front } from '../dialect/carried.ts';
import { inUnits, type TimeScale } from '../dialect/times.ts';
import { IDLE, kindOf } from './groups.ts';
import type { Names } from './names.ts';

/** "timeout": minutes; what a source persists for is at least 2 of them. */
export const PERSISTENCE: TimeScale = { unit: 60, min: 2, max: 1440 };

/** "m": the redirection mode. */
const REDIRECTION = { nat: null, dsr: 'MAC', tunnel: 'IPTUNNEL' } as const;

/** What a virtual server of a type takes: ANY has both. */
export function protocolsOf(type: string): string[] {
  return type === 'ANY' ? ['TCP', 'UDP'] : [type];
}

/** The commands that make it and lead it to its group. */
export function vserverCommands(
  service: VirtualService,
  front: Front,
  { port, group, names }: { readonly port: number; readonly group: string; readonly names: Names },
): string[] {
  const kind = kindOf(service);
  const name = names.vserver(front, kind, port);
  const mode = REDIRECTION[service.forwarding];
  const words = [
    `add lb vserver ${name} ${kind.toUpperCase()} ${front.address.text} ${port}`,
    service.persistence === null
      ? '-persistenceType NONE'
      : `-persistenceType SOURCEIP -timeout ${inUnits(service.persistence, PERSISTENCE)}`,
    '-lbMethod ROUNDROBIN',
    ...(mode === null ? [] : [`-m ${mode}`]),
    `-cltTimeout ${inUnits(service.idleTimeout, IDLE)}`,
    // One that is down for want of members shall not cut what the last of them still has.
    `-downStateFlush ${service.drain === 'flush' ? 'ENABLED' : 'DISABLED'}`,
  ];
  return [words.join(' '), `bind lb vserver ${name} ${group}`];
}
