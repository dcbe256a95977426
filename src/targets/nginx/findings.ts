/** What nginx cannot carry, carries otherwise, or needs from the host. */
import type { Intent, IntentVip, VirtualService } from '../../intent/model.ts';
import { canBeProxied, finding, findingsByVip, unproxied, unseenNames, withoutVrrp } from '../findings.ts';
import type { Finding } from '../target.ts';
import { isDraining } from './drain.ts';
import { socketsOf } from './sockets.ts';

export function findingsOf(intent: Intent): Finding[] {
  const { perVip, used } = findingsByVip(intent, canBeProxied, ofVip);
  return [...perVip, ...notes(used, intent.services.filter(canBeProxied))];
}

function ofVip(vip: IntentVip, services: readonly VirtualService[]): Finding[] {
  const { id } = vip;
  const carried = services.filter(canBeProxied);
  const draining = carried.filter(isDraining);
  return [
    unproxied(vip, services),
    finding(
      unseenNames(carried).filter(({ naming }) => naming.by !== 'sni'),
      'degraded',
      `members of VIP ${id} are balanced by weight, and the member picked redirects to the right node: nginx does not look into streams for the node's name`,
      'set signalling.domain (the node is then named by SNI) or signalling.ports (by port), or use haproxy',
    ),
    finding(
      draining.filter(({ protocol, drain }) => protocol === 'udp' && drain === 'keep-flows'),
      'degraded',
      `draining nodes of VIP ${id} keep their UDP ports, so new flows reach them too: to stop listening would cut the flows that are there`,
      'place no rooms there, which draining sees to; use nftables, keepalived or ipvs to shut new flows out',
    ),
    finding(
      draining.filter(({ protocol, drain }) => protocol === 'tcp' && drain === 'keep-flows'),
      'note',
      `draining nodes of VIP ${id} have no TCP media ports any more; connections go on in the old workers after a reload`,
      'set them active to have them back',
    ),
    finding(
      draining.filter(({ protocol, drain }) => protocol === 'tcp' && drain === 'flush'),
      'degraded',
      `draining nodes of VIP ${id} have no TCP media ports any more, but a reload cuts no connections: they go on in the old workers`,
      'use haproxy, which cuts them by server; worker_shutdown_timeout would cut those of all nodes at every reload',
    ),
    finding(
      carried.filter(({ role, members }) => role === 'signalling' && members.every((m) => m.weight === 0)),
      'note',
      `no member of VIP ${id} takes connections that name no node`,
      'set a node active, with a weight above 0',
    ),
    finding(
      carried.filter(({ persistence }) => persistence !== null),
      'note',
      `a source stays with its member of VIP ${id} by consistent hash, without a timer`,
      'let clients name their node by signalling.domain or signalling.ports where it matters',
    ),
    finding(
      carried.filter(({ tls }) => tls === 'terminate'),
      'note',
      `the certificate of VIP ${id} must be there when nginx starts`,
      'one PEM file with certificate, chain and key, as the topology names it',
    ),
  ].flat();
}

function notes(vips: readonly IntentVip[], services: readonly VirtualService[]): Finding[] {
  const { tcp, udp } = socketsOf(services);
  return [
    withoutVrrp('nginx', vips),
    finding(
      vips,
      'note',
      'nginx notices a dead member only when connections to it fail, and only where there are others to take',
      'roomlb checks nodes and moves rooms',
    ),
    finding(
      vips,
      'note',
      "nodes see this host's address as the source of connections and flows",
      'read addresses of clients from signalling, or use nftables, keepalived or ipvs, which leave them',
    ),
    finding(
      udp === 0 ? [] : vips,
      'note',
      'every reload gives UDP flows a new source port towards their nodes: new workers know nothing of the old ones, and answers on their way are lost',
      'reload seldom, or use nftables, keepalived or ipvs for media',
    ),
    finding(
      vips,
      'note',
      'nginx listens on the VIP addresses but does not set them',
      'put them on an interface of this host, or where they move between hosts: sysctl -w net.ipv4.ip_nonlocal_bind=1 net.ipv6.ip_nonlocal_bind=1',
    ),
    finding(
      vips,
      'note',
      `it opens ${tcp} TCP sockets, and ${udp} UDP sockets per worker, as it starts: where it may not open so many files it does not start, and nginx -t does not foresee that`,
      `set LimitNOFILE= in its systemd unit to ${tcp + 64} + ${udp} x processors at least`,
    ),
    finding(
      vips,
      'note',
      'the stream module is loaded from where Debian and its kin have it (package libnginx-mod-stream)',
      'strike out load_module where it is built in, as in packages from nginx.org',
    ),
  ].flat();
}
