/** What ipvsadm 1.31 prints, read strictly: what it says in no known form is an error, not nothing. */
import { compareText } from '../../../topology/compare.ts';
import { readCommand } from '../command.ts';
import { connectionKey, type Destination, type Service } from './state.ts';

export type KernelService = Pick<Service, 'name' | 'destinations'> & { readonly options: string };

/**
 * Output of `ipvsadm -Sn`.
 *
 * @returns sorted by name; a line that it cannot read instead
 */
export function parseTable(text: string): KernelService[] | { readonly unreadable: string } {
  const services = new Map<string, KernelService & { destinations: Destination[] }>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const command = readCommand(line);
    const known = command && services.get(command.name);
    if (command?.add === 'service' && command.options.startsWith('-s ')) {
      services.set(command.name, { name: command.name, options: command.options, destinations: [] });
    } else if (command?.add === 'destination' && command.weight !== null && known) {
      const { to, options, weight } = command;
      known.destinations.push({ to, options, weight });
    } else return { unreadable: line };
  }
  for (const { destinations } of services.values()) destinations.sort((a, b) => compareText(a.to, b.to));
  return [...services.values()].sort((a, b) => compareText(a.name, b.name));
}

/** Output of `ipvsadm -Ln`: connection entries, active or not, by service and destination. */
export function parseConnections(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  let service: string | undefined;
  for (const line of text.split('\n')) {
    const [, protocol, endpoint] = /^(TCP|UDP) +(\S+) /.exec(line) ?? [];
    if (endpoint !== undefined) service = `${protocol === 'TCP' ? '-t' : '-u'} ${endpoint}`;
    else if (/^\S/.test(line)) service = undefined;
    const [, to, active, inactive] = /^ {2}-> (\S+) +\S+ +\d+ +(\d+) +(\d+)/.exec(line) ?? [];
    if (service === undefined || to === undefined) continue;
    const total = Number(active) + Number(inactive);
    if (total > 0) counts[connectionKey(service, to)] = total;
  }
  return counts;
}
