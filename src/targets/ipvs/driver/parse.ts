/** What ipvsadm 1.31 prints, read strictly: what it says in no known form is an error, not nothing. */
import { compareText } from '../../../topology/compare.ts';
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
    const [, name, options] = /^-A (.+?) (-s \S+.*)$/.exec(line) ?? [];
    if (name !== undefined && options !== undefined) {
      services.set(name, { name, options: options.trim(), destinations: [] });
      continue;
    }
    const [, of = '', to, rest = ''] = /^-a (.+?) -r (\S+) (.+)$/.exec(line) ?? [];
    const service = services.get(of);
    const weight = / -w (\d+)\b/.exec(` ${rest}`)?.[1];
    if (!service || to === undefined || weight === undefined) return { unreadable: line };
    service.destinations.push({ to, options: ownOptions(rest), weight: Number(weight) });
  }
  for (const { destinations } of services.values()) destinations.sort((a, b) => compareText(a.to, b.to));
  return [...services.values()].sort((a, b) => compareText(a.name, b.name));
}

/** Without the weight, and without the kind of tunnel where it is the usual one. */
function ownOptions(options: string): string {
  return ` ${options}`
    .replace(/ -w \d+\b/, '')
    .replace(/ --tun-type ipip\b/, '')
    .trim();
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
