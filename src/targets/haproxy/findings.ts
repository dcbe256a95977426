/** What HAProxy cannot carry, carries otherwise, or needs from the host. One finding per VIP and reason. */
import type { Intent, IntentVip, VirtualService } from '../../intent/model.ts';
import { canBeProxied, finding, findingsByVip, unseenNames, withoutVrrp } from '../findings.ts';
import type { Finding } from '../target.ts';
import { STATS_SOCKET } from './global.ts';
import { seesNames } from './naming.ts';

/** Services that a proxy for TCP can carry. */
export function carries(service: VirtualService): boolean {
  return service.protocol === 'tcp' && canBeProxied(service);
}

export function findingsOf(intent: Intent, statsSocket = STATS_SOCKET): Finding[] {
  const { perVip, used } = findingsByVip(intent, carries, ofVip);
  return [...perVip, ...notes(used, statsSocket)];
}

function ofVip(vip: IntentVip, services: readonly VirtualService[]): Finding[] {
  const carried = services.filter(carries);
  return [
    finding(
      vip.forwarding === 'nat' ? [] : services,
      'refused',
      `a proxy ends connections itself, so it cannot forward VIP ${vip.id} by ${vip.forwarding}`,
      'use ipvs or keepalived, or set forwarding: nat',
    ),
    finding(
      services.filter((service) => service.protocol === 'udp' && canBeProxied(service)),
      'refused',
      `HAProxy does not forward UDP, so the UDP media of VIP ${vip.id} is not in here`,
      'use nftables, ipvs, keepalived or nginx for it, beside this',
    ),
    finding(
      unseenNames(carried).filter((service) => !seesNames(service)),
      'degraded',
      `the node's name is hidden in TLS, so connections to the shared signalling port of VIP ${vip.id} are balanced by weight`,
      'set signalling.domain (the node is then named by SNI), signalling.ports (by port) or tls: terminate (by path)',
    ),
    finding(
      carried.filter(
        ({ role, members }) => role === 'signalling' && members.some(({ stunPort }) => stunPort !== null),
      ),
      'degraded',
      `the STUN ports behind VIP ${vip.id} are not asked: checks of HAProxy speak TCP and HTTP, not UDP`,
      'rely on the healthPort beside it, and on roomlb, which asks workers by STUN',
    ),
    finding(
      carried.filter((service) => service.role === 'media' && service.drain === 'flush'),
      'degraded',
      `a reload cuts no TCP media of VIP ${vip.id}: the old process keeps its connections until they end`,
      'before the reload put the server in maintenance on the stats socket, which cuts them: set server media:<vip>:<node>/<node> state maint',
    ),
    finding(
      carried.filter((service) => service.persistence !== null),
      'note',
      `a reload forgets which source belongs to which member of VIP ${vip.id}`,
      'let clients name their node where that matters',
    ),
  ].flat();
}

function notes(vips: readonly IntentVip[], statsSocket: string): Finding[] {
  return [
    withoutVrrp('HAProxy', vips),
    finding(
      vips.filter((vip) => vip.vrrp === null),
      'note',
      'HAProxy listens on the VIP addresses but does not set them',
      'put them on an interface of this host, or set net.ipv4.ip_nonlocal_bind and net.ipv6.ip_nonlocal_bind where they move between hosts',
    ),
    finding(
      vips.filter((vip) => !vip.snat),
      'note',
      "nodes see this host's address as the source of connections",
      'read X-Forwarded-For where HAProxy speaks HTTP; elsewhere the address is lost',
    ),
    finding(
      vips,
      'note',
      `it starts as root, goes on as user haproxy in /var/lib/haproxy, and its stats socket is ${statsSocket}`,
      "distributions' packages create the user and both folders; where there is no package, do so before the start",
    ),
  ].flat();
}
