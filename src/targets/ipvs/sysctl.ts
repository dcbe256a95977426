/**
 * Kernel settings without which IPVS does not do what the intent says. Names and meanings: Linux
 * Documentation/networking/ipvs-sysctl.rst and ip-sysctl.rst.
 */
import type { Intent, VirtualService } from '../../intent/model.ts';
import { header } from '../header.ts';
import type { Sysctl } from '../host-needs.ts';

/** A file for sysctl(8), complete for these services. */
export function sysctlFile(target: string, intent: Intent, services: readonly VirtualService[]): string {
  const purpose = [
    'For /etc/sysctl.d. Load it after "modprobe ip_vs": net.ipv4.vs exists only from then on.',
  ];
  return [...header(target, intent, purpose, []), ...settings(services), ''].join('\n');
}

/** The same, to be compared with those of a kernel. */
export function sysctls(services: readonly VirtualService[]): readonly Sysctl[] {
  return settings(services).flatMap((line) => {
    const [name = '', value] = line.split(' = ');
    return value === undefined ? [] : [[name, value] as const];
  });
}

function settings(services: readonly VirtualService[]): string[] {
  const nat = services.filter(({ forwarding }) => forwarding === 'nat');
  const has = (family: 4 | 6) =>
    nat.some(({ addresses }) => addresses.some((address) => address.family === family));
  return [
    ...(has(4)
      ? [
          '# The balancer is a router between clients and nodes.',
          'net.ipv4.ip_forward = 1',
          '# It must not teach a node a shorter way to the client, or answers pass it by.',
          'net.ipv4.conf.all.send_redirects = 0',
          'net.ipv4.conf.default.send_redirects = 0',
        ]
      : []),
    ...(has(6) ? ['net.ipv6.conf.all.forwarding = 1'] : []),
    ...conntrack(services.some(({ snat }) => snat)),
    ...expiry(services.some(({ drain }) => drain === 'flush')),
    ...templates(services.some(({ persistence }) => persistence !== null)),
  ];
}

function conntrack(needed: boolean): string[] {
  return needed
    ? ['# MASQUERADE works on connections that netfilter tracks as well.', 'net.ipv4.vs.conntrack = 1']
    : [
        '# IPVS has a connection table of its own; netfilter need not keep a second.',
        'net.ipv4.vs.conntrack = 0',
      ];
}

/**
 * A packet of a connection whose destination is gone is dropped in either case. With 1 the entry goes as
 * well, and the client hears of it (a reset, ICMP port unreachable). With 0 the entry waits, and the
 * connection goes on when the destination is back in time.
 */
function expiry(flush: boolean): string[] {
  return flush
    ? [
        '# drain: flush. Connections of a destination that was taken out end at once, and the client is told.',
        'net.ipv4.vs.expire_nodest_conn = 1',
      ]
    : [
        '# drain: keep-flows. A connection whose destination is missing for a moment goes on when it is back.',
        'net.ipv4.vs.expire_nodest_conn = 0',
      ];
}

function templates(persistent: boolean): string[] {
  return persistent
    ? [
        '# A source address does not stay with a member that drains or failed its checks.',
        'net.ipv4.vs.expire_quiescent_template = 1',
      ]
    : ['net.ipv4.vs.expire_quiescent_template = 0'];
}
