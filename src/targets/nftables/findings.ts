/** What nftables cannot carry, carries otherwise, or needs from the host. */
import type { Intent, IntentVip, VirtualService } from '../../intent/model.ts';
import { finding, findingsByVip, unseenNames, withoutVrrp } from '../findings.ts';
import type { Sysctl } from '../host-needs.ts';
import type { Finding } from '../target.ts';
import { drained } from './drain.ts';
import { loopbackFindings, staysOnHost } from './loopback.ts';
import { FAMILIES } from './names.ts';
import { isRandom } from './pool.ts';

/** Packets can be readdressed here, and nothing else: no TLS ends, no connection, no tunnel begins. */
export function carries({ forwarding, tls }: VirtualService): boolean {
  return forwarding === 'nat' && tls !== 'terminate';
}

export function findingsOf(intent: Intent): Finding[] {
  const { perVip, used } = findingsByVip(intent, carries, ofVip);
  return [...perVip, ...notes(used, intent.services.filter(carries))];
}

function ofVip({ id, forwarding }: IntentVip, services: readonly VirtualService[]): Finding[] {
  const carried = services.filter(carries);
  return [
    finding(
      forwarding === 'nat' ? [] : services,
      'refused',
      `nftables rewrites addresses, so it cannot forward VIP ${id} by ${forwarding}`,
      'use keepalived or ipvs, or set forwarding: nat',
    ),
    finding(
      services.filter((service) => service.forwarding === 'nat' && service.tls === 'terminate'),
      'refused',
      `TLS of VIP ${id} should end on the balancer, but nftables forwards packets and ends no connection`,
      'use haproxy for signalling, or tls: passthrough, so that TLS ends on the nodes',
    ),
    finding(
      unseenNames(carried),
      'degraded',
      `members of VIP ${id} are balanced by weight, and the member picked redirects to the right node: packets do not show which one a URL names`,
      'set signalling.ports, which gives each node a port of its own',
    ),
    ...FAMILIES.map((family) =>
      finding(
        carried.filter((service) => lacks(service, family)),
        'note',
        `IPv${family} of VIP ${id} does not lead to nodes without an IPv${family} address`,
        `give them one, or use nginx or haproxy, which change the family on the way`,
      ),
    ),
    finding(
      carried.filter(takesNobody),
      'note',
      `no member of VIP ${id} takes new connections`,
      'set a node active, with a weight above 0',
    ),
    finding(
      carried.filter((service) => service.persistence !== null),
      'degraded',
      `a source stays with its member of VIP ${id} by hash, without a timer: when members or weights change, most sources move`,
      'let clients name their node by signalling.ports, or use haproxy, which keeps a table',
    ),
    finding(
      carried.filter((service) => FAMILIES.some((family) => isRandom(service, family))),
      'note',
      `the weights of VIP ${id} have no small common measure, so members are drawn at random, not in turn`,
      'use weights with a common divisor, such as 50 and 100',
    ),
    finding(
      drained(carried, 'keep-flows'),
      'note',
      `draining nodes of VIP ${id} are left out of the media maps: flows that conntrack knows go on, new ones do not reach them`,
      'set them active to have them back',
    ),
    finding(
      drained(carried, 'flush'),
      'degraded',
      `draining nodes of VIP ${id} are left out of the media maps, but flows that conntrack knows go on until they are deleted there`,
      'run the conntrack commands below after loading this',
    ),
  ].flat();
}

function lacks({ addresses, members }: VirtualService, family: 4 | 6): boolean {
  return (
    addresses.some((vip) => vip.family === family) &&
    members.some((member) => member.addresses.every((own) => own.family !== family))
  );
}

function takesNobody({ role, members }: VirtualService): boolean {
  return role === 'signalling' && members.every(({ weight }) => weight === 0);
}

function notes(vips: readonly IntentVip[], services: readonly VirtualService[]): Finding[] {
  const routed = routedVips(vips, services);
  const sysctls = forwardingSysctls(vips, services).map((sysctl) => sysctl.join('='));
  const longest = services.reduce(
    (most, { protocol, idleTimeout }) => (protocol === 'udp' ? Math.max(most, idleTimeout) : most),
    0,
  );
  return [
    withoutVrrp('nftables', vips),
    finding(vips, 'note', 'nftables asks no member whether it lives', 'roomlb checks nodes and moves rooms'),
    finding(
      routed,
      'note',
      'the kernel forwards packets only where it is told to',
      `sysctl -w ${sysctls.join(' ')}`,
    ),
    finding(
      routed.filter(({ snat }) => !snat),
      'note',
      "nodes must answer through this host, which turns their addresses back into the VIP's",
      'make it the default route of the nodes, or set snat: true on the VIP',
    ),
    finding(
      longest === 0 ? [] : vips,
      'note',
      'idle timeouts hold for flows that begin after loading; a reload puts the flows that are there on the timeouts of the host',
      `sysctl -w net.netfilter.nf_conntrack_udp_timeout_stream=${longest}`,
    ),
    ...loopbackFindings(services),
  ].flat();
}

/** Those with nodes elsewhere than on this host. */
function routedVips(vips: readonly IntentVip[], services: readonly VirtualService[]): IntentVip[] {
  const networked = new Set(services.filter((service) => !staysOnHost(service)).map(({ vip }) => vip));
  return vips.filter(({ id }) => networked.has(id));
}

/** @param services those that are carried */
export function forwardingSysctls(
  vips: readonly IntentVip[],
  services: readonly VirtualService[],
): readonly Sysctl[] {
  const routed = routedVips(vips, services);
  const families = new Set(routed.flatMap(({ addresses }) => addresses.map(({ family }) => family)));
  return FAMILIES.filter((family) => families.has(family)).map((family) => FORWARDING[family]);
}

const FORWARDING: Readonly<Record<4 | 6, Sysctl>> = {
  4: ['net.ipv4.ip_forward', '1'],
  6: ['net.ipv6.conf.all.forwarding', '1'],
};
