/** What Envoy cannot carry, carries otherwise, or needs from the host. */
import type { Intent, IntentVip, VirtualService } from '../../intent/model.ts';
import { canBeProxied, finding, findingsByVip, unproxied, unseenNames, withoutVrrp } from '../findings.ts';
import type { Finding } from '../target.ts';
import { asksLess } from './checks.ts';
import { isDraining, isLeftOut } from './drain.ts';
import { speaksHttp } from './routes.ts';

export function findingsOf(intent: Intent): Finding[] {
  const { perVip, used } = findingsByVip(intent, canBeProxied, ofVip);
  return [...perVip, ...notes(used, intent.services.filter(canBeProxied))];
}

function ofVip(vip: IntentVip, services: readonly VirtualService[]): Finding[] {
  const { id } = vip;
  const carried = services.filter(canBeProxied);
  const pools = carried.filter(({ role }) => role === 'signalling');
  const draining = carried.filter(isDraining);
  return [
    unproxied(vip, services),
    finding(
      unseenNames(carried).filter((service) => !speaksHttp(service) && service.naming.by !== 'sni'),
      'degraded',
      `the node's name is hidden in TLS, so connections to the shared signalling port of VIP ${id} are balanced by weight`,
      'set signalling.domain (the node is then named by SNI), signalling.ports (by port) or tls: terminate (by path)',
    ),
    finding(
      pools.filter(asksLess),
      'degraded',
      `members of VIP ${id} are checked by a connection only: Envoy has one kind of check per cluster, and not all of them answer HTTP`,
      'give all nodes behind the VIP a healthPort',
    ),
    finding(
      pools.filter(({ members }) => members.some(({ stunPort }) => stunPort !== null)),
      'degraded',
      `the STUN ports behind VIP ${id} are not asked: Envoy's health checks speak TCP and HTTP, not UDP`,
      'rely on the healthPort beside it, and on roomlb, which asks workers by STUN and says DRAINING of nodes that are down',
    ),
    finding(
      draining.filter(({ drain }) => drain === 'keep-flows'),
      'degraded',
      `draining nodes of VIP ${id} keep their media ports, so new flows reach them too: to stop listening would cut the flows that are there`,
      'place no rooms there, which draining sees to; use nftables, keepalived or ipvs to shut new flows out',
    ),
    finding(
      draining.filter((service) => isLeftOut(service) && service.protocol === 'tcp'),
      'degraded',
      `draining nodes of VIP ${id} have no TCP media ports any more, but their connections go on for --drain-time-s (600 s)`,
      'start Envoy with a shorter one, which holds for all listeners that change; UDP sessions end at once',
    ),
    finding(
      pools.filter(({ members }) => members.every(({ weight }) => weight === 0)),
      'note',
      `no member of VIP ${id} takes connections that name no node`,
      'set a node active, with a weight above 0',
    ),
    finding(
      pools.filter(({ members }) => members.some(({ weight }) => weight > 0)),
      'note',
      `where less than 1 % of the members of VIP ${id} pass Envoy's checks, it believes the checks broken and takes all members, draining ones as well`,
      'that is its panic threshold; set common_lb_config.healthy_panic_threshold to 0 where nobody is better than a wrong one',
    ),
    finding(
      carried.filter(({ persistence }) => persistence !== null),
      'note',
      `a source stays with its member of VIP ${id} by its Maglev table, without a timer`,
      'let clients name their node where it matters',
    ),
    finding(
      carried.filter(({ tls }) => tls === 'terminate'),
      'note',
      `Envoy reads the certificate of VIP ${id} when the listener comes, and no later`,
      'one PEM file with certificate, chain and key, as the topology names it; restart Envoy when it is renewed',
    ),
  ].flat();
}

function notes(vips: readonly IntentVip[], services: readonly VirtualService[]): Finding[] {
  const ports = services
    .filter((service) => !isLeftOut(service) && service.members.length > 0)
    .reduce((sum, { addresses, ports: { first, last } }) => sum + addresses.length * (last - first + 1), 0);
  return [
    withoutVrrp('Envoy', vips),
    finding(
      vips.filter(({ vrrp }) => vrrp === null),
      'note',
      'Envoy listens on the VIP addresses but does not set them',
      'put them on an interface of this host; freebind is set only where vrrp: says that they move between hosts',
    ),
    finding(
      vips,
      'note',
      "nodes see this host's address as the source of connections and flows",
      'read X-Forwarded-For where Envoy speaks HTTP, or use nftables, keepalived or ipvs, which leave addresses',
    ),
    finding(
      ports === 0 ? [] : vips,
      'note',
      `it opens ${ports} sockets per worker thread (--concurrency), and one more for each UDP session`,
      'set LimitNOFILE= in its systemd unit accordingly',
    ),
  ].flat();
}
