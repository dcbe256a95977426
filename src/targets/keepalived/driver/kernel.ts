/** What keepalived makes of its file in IPVS, and what there is. */
import { compareText } from '../../../topology/compare.ts';
import type { KernelService } from '../../ipvs/driver/parse.ts';
import { rulesBetween } from '../../ipvs/driver/rules.ts';
import type { Destination, Service } from '../../ipvs/driver/state.ts';
import { endpoint, type Server, type ServerMember } from './servers.ts';

interface Expected extends KernelService {
  /** Addresses of destinations that may have weight 0 whatever the file says. */
  readonly checked: ReadonlySet<string>;
}

/** By name. */
export function expectedOf(servers: readonly Server[]): Map<string, Expected> {
  const services = new Map<string, Expected>();
  for (const { names, options, members } of servers) {
    for (const { name, port } of names) {
      const destinations = members.map((member): Destination => ({
        to: destinationOf(member, port),
        options: member.options,
        weight: member.weight,
      }));
      const checked = members
        .filter(({ isChecked }) => isChecked)
        .map((member) => destinationOf(member, port));
      services.set(name, {
        name,
        options,
        destinations: destinations.sort((a, b) => compareText(a.to, b.to)),
        checked: new Set(checked),
      });
    }
  }
  return services;
}

/** A real server without a port keeps the packet's; where IPVS rewrites nothing, it says that port itself. */
export function destinationOf({ address, port, options }: ServerMember, vipPort: number): string {
  return endpoint(address, port ?? (options === '-m' ? 0 : vipPort));
}

export interface Repair {
  /** What there is of the services that differ, and what should be. */
  readonly from: readonly Service[];
  readonly to: readonly Service[];
  /** Of `ipvsadm -R`. */
  readonly lines: readonly string[];
}

/** What of the file's services the kernel lacks or has otherwise. Weights by failed checks are as they should. */
export function repairOf(table: readonly KernelService[], expected: ReadonlyMap<string, Expected>): Repair {
  const there = new Map(table.map((service) => [service.name, service]));
  const differing = [...expected.values()].flatMap((service) => {
    const before = there.get(service.name);
    const from = before ? [{ ...before, owner: null }] : [];
    const to = [wanted(service, before)];
    const lines = rulesBetween(from, to);
    return lines.length === 0 ? [] : [{ from, to, lines }];
  });
  return {
    from: differing.flatMap(({ from }) => from),
    to: differing.flatMap(({ to }) => to),
    lines: differing.flatMap(({ lines }) => lines),
  };
}

function wanted({ name, options, destinations, checked }: Expected, before?: KernelService): Service {
  const down = new Set(before?.destinations.filter(({ weight }) => weight === 0).map(({ to }) => to));
  return {
    name,
    options,
    owner: null,
    destinations: destinations.map((destination) =>
      checked.has(destination.to) && down.has(destination.to) ? { ...destination, weight: 0 } : destination,
    ),
  };
}
