/** What NX-OS does otherwise than asked, or needs from the operator. */
import type { Intent } from '../../intent/model.ts';
import { poolsWhere, vipIds, vipsWhere } from '../dialect/carried.ts';
import { checkFindings, poolChecks } from '../dialect/checks.ts';
import { hsrpFindings } from '../dialect/hsrp.ts';
import { finding } from '../findings.ts';
import { isFlushed } from '../ipvs/destinations.ts';
import type { Finding } from '../target.ts';
import { MAX_BUCKETS, sharesOf } from './buckets.ts';
import type { Carry, Why } from './carry.ts';
import { HSRP } from './hsrp.ts';
import { ingressOf } from './itd.ts';
import { MAX_TRANSLATIONS } from './static-nat.ts';

/**
 * @param itd ids of VIPs that some ITD service serves
 * @param beyond services whose translations are more than the switch takes as it comes
 */
export function findingsOf(
  intent: Intent,
  { services, lacking, cut }: Carry,
  itd: ReadonlySet<string>,
  beyond: readonly { readonly id: string }[],
): Finding[] {
  const used = vipIds(services);
  const pools = poolsWhere(services, () => true);
  const refusedFor = (reason: Why) =>
    lacking.filter(({ why }) => why === reason).map(({ service }) => service);
  const asks = (kind: string) =>
    pools.filter((service) => poolChecks(service).some((check) => check.kind === kind));
  return [
    finding(
      refusedFor('snat'),
      'refused',
      'NX-OS cannot rewrite the sources of these: it translates destinations',
      'leave out snat, and let nodes answer through the switch',
    ),
    finding(
      refusedFor('ports'),
      'refused',
      'what a node answers is translated back to one port of the VIP, and these nodes have ports of their own there',
      'leave out signalling.ports or signalling.port, or set forwarding: dsr',
    ),
    finding(
      refusedFor('members'),
      'refused',
      `ITD hands out ${MAX_BUCKETS} buckets, and there are more members`,
      'spread them over several VIPs',
    ),
    finding(
      vipsWhere(cut, () => true),
      'degraded',
      'a node answers from one address of the VIP, so that only the first is translated',
      'make a VIP of the other address, or set forwarding: dsr',
    ),
    finding(
      pools.filter((service) => !sharesOf(service).exact),
      'degraded',
      'weights are rounded to shares of few buckets',
      'use small weights, or with a common divisor',
    ),
    finding(
      pools,
      'note',
      "a member is picked by bits of the client's address, for as long as all members stay: neither by turns, nor for a time",
      'mind that clients behind one address share a member, and that a new member moves others',
    ),
    checkFindings(pools, 'a device group is probed'),
    finding(
      asks('http'),
      'degraded',
      'health ports are asked for a connection only: the HTTP probe of ITD has no port',
      'nothing is needed, unless nodes accept connections while they are not well',
    ),
    finding(
      asks('stun'),
      'degraded',
      'STUN is not asked: UDP probes of ITD want an IP SLA responder',
      'rely on the healthPort beside it',
    ),
    finding(
      pools.filter(({ members }) => members.some(({ weight }) => weight === 0)),
      'degraded',
      'ITD remembers no connections: those of a member that takes no new ones go to another at once',
      'let rooms on it end before it drains, or leave its weight',
    ),
    finding(
      services
        .map(({ service }) => service)
        .filter(
          (service) =>
            service.role === 'media' &&
            service.members.some((member) => member.weight === 0 && !isFlushed(service, member)),
        ),
      'degraded',
      'media of a draining node stay open to new flows: the switch does not tell them from those that it has',
      'set drain: flush to close its ports',
    ),
    finding(
      vipsWhere(services, () => true),
      'note',
      'the switch remembers no flows, so that no idle time ends them',
      'nothing is needed',
    ),
    finding(
      beyond,
      'degraded',
      `these are beyond the ${MAX_TRANSLATIONS} translations that a switch takes as it comes`,
      'cut TCAM for more (hardware access-list tcam region nat), or use another target for some VIPs',
    ),
    finding(
      intent.vips.filter((vip) => itd.has(vip.id) && ingressOf(vip) === null),
      'degraded',
      'the last line of the ITD service (no shutdown) is refused, and it stays shut: the topology does not know the interface that its packets come in by',
      'name a Vlan or port-channel in vrrp.interface, or say below itd NAME: ingress interface IF, no shutdown',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'nat'),
      'note',
      "nodes must answer through this switch, which turns their addresses back into the VIP's",
      'make it the default route of the nodes; say ip nat inside on their interface and ip nat outside on the other',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'dsr'),
      'note',
      'nodes must share a layer 2 network with the switch and answer from the VIP themselves',
      'run the output of roomlb render node-setup on each node',
    ),
    intent.vips.filter(({ id }) => used.has(id)).flatMap((vip) => hsrpFindings(vip, ingressOf(vip), HSRP)),
  ].flat();
}
