/**
 * Servers as devices have them: one for each address, since the same address under a second name is refused.
 * Nodes may share an address, being told apart by their ports.
 */
import { compareText } from '../../topology/compare.ts';
import type { IpAddress } from '../../topology/model.ts';
import type { CarriedService } from './carried.ts';

export interface Host {
  readonly address: IpAddress;
  /** The id that the server is named after: of all nodes with this address the first by id. */
  readonly node: string;
}

/** Address → host, in the order of node ids, IPv4 first. */
export function hostsOf(services: readonly CarriedService[]): ReadonlyMap<string, Host> {
  const hosts = new Map<string, Host>();
  for (const { fronts } of services) {
    for (const { members } of fronts) {
      for (const { address, member } of members) {
        const known = hosts.get(address.text);
        if (!known || member.node < known.node) hosts.set(address.text, { address, node: member.node });
      }
    }
  }
  return new Map([...hosts].sort(([, a], [, b]) => order(a, b)));
}

function order(a: Host, b: Host): number {
  return compareText(a.node, b.node) || a.address.family - b.address.family;
}
