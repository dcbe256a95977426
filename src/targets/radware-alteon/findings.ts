/** What an Alteon does otherwise than asked, or needs from the operator. */
import type { Intent } from '../../intent/model.ts';
import { poolsWhere, vipIds, vipsWhere, type CarriedService } from '../dialect/carried.ts';
import { blindUdpFindings, checkFindings } from '../dialect/checks.ts';
import { timeFindings } from '../dialect/times.ts';
import { weightFindings } from '../dialect/weights.ts';
import { finding } from '../findings.ts';
import { isFlushed } from '../ipvs/destinations.ts';
import type { Finding } from '../target.ts';
import { MAX_WEIGHT } from './groups.ts';
import { whyNot } from './ports.ts';
import { MINUTES } from './virts.ts';
import { vrrpFindings } from './vrrp.ts';

const LABEL = 'Alteon';

/** @param all what could be forwarded, of which some cannot be said: see `whyNot` */
export function findingsOf(intent: Intent, all: readonly CarriedService[]): Finding[] {
  const services = all.filter(({ service }) => whyNot(service) === null);
  const list = services.map(({ service }) => service);
  const pools = poolsWhere(services, () => true);
  const used = vipIds(services);
  const refusedFor = (why: string) =>
    all.map(({ service }) => service).filter((service) => whyNot(service) === why);
  return [
    finding(
      refusedFor('port'),
      'refused',
      'Alteon keeps ports 21, 22, 25, 53, 80, 123, 389 and 443 for applications of its own, and has no 2 to 4 and 65535',
      'use other ports on the VIP; signalling by TCP may have 80 and 443',
    ),
    finding(
      refusedFor('ports differ'),
      'refused',
      'members listen on different ports, and a service of Alteon has one rport for all',
      'give all nodes behind the VIP the same signallingPort, or set signalling.ports',
    ),
    timeFindings(LABEL, 'the idle time', services, ({ service }) => service.idleTimeout, MINUTES),
    timeFindings(LABEL, 'the persistence', services, ({ service }) => service.persistence, MINUTES),
    weightFindings(pools, MAX_WEIGHT),
    checkFindings(pools, 'a group is checked'),
    blindUdpFindings(pools),
    finding(
      pools.filter(({ members }) => members.some(({ weight }) => weight === 0)),
      'degraded',
      'a member that is disabled in its group may lose the connections that it has: draining is an operational command of Alteon, not a part of its configuration',
      'before loading: /oper/slb/dis REAL p, and wait until its sessions have ended',
    ),
    finding(
      list.filter(
        (service) =>
          service.role === 'media' &&
          service.members.some((member) => member.weight === 0 && !isFlushed(service, member)),
      ),
      'degraded',
      'media of a draining node stay open to new flows, so that those it has go on',
      'stop new ones by /oper/slb/dis REAL n, which stops signalling to the node as well',
    ),
    finding(
      list.filter(({ role }) => role !== 'signalling'),
      'note',
      'a node that answers no ping is down for its media and its own signalling port',
      'let nodes answer pings of the Alteon',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.snat),
      'degraded',
      'the source is rewritten from the proxy addresses (PIP) of the egress VLAN, which the topology does not know; without any it is not rewritten',
      'before loading: /c/slb/pip/type vlan, /c/slb/pip/add ADDRESS VLAN',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'nat' && !service.snat),
      'note',
      "nodes must answer through the Alteon, which turns their addresses back into the VIP's",
      'make it the default route of the nodes, or set snat: true on the VIP',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'dsr'),
      'note',
      'nodes must share a layer 2 network with the Alteon and answer from the VIP themselves',
      'run the output of roomlb render node-setup on each node',
    ),
    vrrpFindings(intent.vips.filter(({ id }) => used.has(id))),
  ].flat();
}
