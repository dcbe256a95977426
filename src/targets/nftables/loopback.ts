/** Loopback addresses: fine as long as both ends are on this host, special where only one is. */
import type { VirtualService } from '../../intent/model.ts';
import type { IpAddress } from '../../topology/model.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';

type Crossing = 'none' | 'in' | 'out';

/** Whether all of its packets stay on the loopback interface, so that nothing is forwarded. */
export function staysOnHost({ addresses, members }: VirtualService): boolean {
  return addresses.every(isLoopback) && members.every((member) => member.addresses.every(isLoopback));
}

/**
 * Packets from elsewhere that are sent on to loopback are martians to the kernel, and so are packets from
 * loopback that leave the host: IPv4 has a switch for both (ip-sysctl, route_localnet), IPv6 has none.
 */
export function loopbackFindings(services: readonly VirtualService[]): Finding[] {
  const crossing = (family: 4 | 6, way: Crossing) => services.filter((one) => crosses(one, family) === way);
  const sysctl = 'sysctl -w net.ipv4.conf.all.route_localnet=1';
  return [
    finding(
      crossing(4, 'in'),
      'note',
      'the kernel drops packets from other hosts to nodes on 127.0.0.0/8',
      `${sysctl}, or give the nodes other addresses`,
    ),
    finding(
      crossing(4, 'out'),
      'note',
      'a VIP on 127.0.0.0/8 serves this host alone, and its packets may not leave for nodes elsewhere',
      `${sysctl} and set snat: true, or give the VIP another address`,
    ),
    finding(
      [...crossing(6, 'in'), ...crossing(6, 'out')],
      'degraded',
      'packets between ::1 and other hosts are dropped by the kernel, so this serves at most this host itself',
      'use another address than ::1',
    ),
  ].flat();
}

function crosses({ addresses, members }: VirtualService, family: 4 | 6): Crossing {
  const here = (address: IpAddress) => address.family === family && isLoopback(address);
  const elsewhere = (address: IpAddress) => address.family === family && !isLoopback(address);
  if (addresses.some(elsewhere) && members.some((member) => member.addresses.some(here))) return 'in';
  if (addresses.some(here) && members.some((member) => member.addresses.some(elsewhere))) return 'out';
  return 'none';
}

function isLoopback({ family, text }: IpAddress): boolean {
  return family === 4 ? text.startsWith('127.') : text === '::1';
}
