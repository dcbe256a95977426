/** What LoxiLB does otherwise than asked, or needs from the operator. */
import type { IntentVip, VirtualService } from '../../intent/model.ts';
import { poolsWhere, vipsWhere, type CarriedService } from '../dialect/carried.ts';
import { checksOf } from '../dialect/checks.ts';
import { timeFindings } from '../dialect/times.ts';
import { finding, withoutVrrp } from '../findings.ts';
import { isLeftOut } from '../ipvs/destinations.ts';
import type { Finding } from '../target.ts';
import { losesWeights, SLOTS } from './selection.ts';
import { IDLE, MAX_ENDPOINTS, MAX_RULES } from './table.ts';

/** "DefaultPersistTimeOut", seconds; neither loxicmd nor the REST interface takes another. */
const PERSISTENCE = 10_800;

export interface Refused {
  readonly portsDiffer: readonly VirtualService[];
  readonly tooMany: readonly VirtualService[];
  readonly noRoom: readonly VirtualService[];
}

export function refusals({ portsDiffer, tooMany, noRoom }: Refused): Finding[] {
  return [
    finding(
      portsDiffer,
      'refused',
      'members listen on different ports, and loxicmd has one target port for all endpoints of a rule',
      'give all nodes behind the VIP the same signallingPort, or set signalling.ports',
    ),
    finding(
      tooMany,
      'refused',
      `a rule of LoxiLB has room for ${MAX_ENDPOINTS} endpoints`,
      'spread the nodes over several VIPs',
    ),
    finding(
      noRoom,
      'refused',
      `LoxiLB has room for ${MAX_RULES} rules, and takes one for each address, port and protocol`,
      'give nodes fewer media ports, leave out media over TCP, or spread VIPs over several LoxiLBs (balancers: vips:)',
    ),
  ].flat();
}

/** @param services those that are in the output, or left out of it because their node drains */
export function findingsOf(vips: readonly IntentVip[], services: readonly CarriedService[]): Finding[] {
  const list = services.map(({ service }) => service);
  const asked = (matches: (service: VirtualService) => boolean) => poolsWhere(services, matches);
  return [
    timeFindings('LoxiLB', 'the idle time', services, ({ service }) => service.idleTimeout, IDLE),
    finding(
      asked(({ persistence }) => persistence !== null && persistence !== PERSISTENCE),
      'degraded',
      `a source address stays with its member for ${PERSISTENCE} s: loxicmd takes no other time`,
      'nothing is needed, unless sources have to move on sooner or later',
    ),
    finding(
      services
        .filter(({ service, fronts }) => fronts.some(({ members }) => losesWeights(service, members)))
        .map(({ service }) => service),
      'degraded',
      `members get other shares than their weights: LoxiLB has ${SLOTS} places for them, and none in dsr or with persistence`,
      'leave weights to the placement of rooms, which honours them',
    ),
    finding(
      list.filter((service) => !isLeftOut(service) && service.members.every(({ weight }) => weight === 0)),
      'degraded',
      'LoxiLB has no rule without endpoints, so that these stay open to new connections',
      'wait until they are empty, then disable the node, or take drain: flush',
    ),
    finding(
      asked(({ members }) => members.some((one) => checksOf(one).some(({ kind }) => kind === 'stun'))),
      'degraded',
      'its UDP probe sends text and no bytes, and so no STUN: stunPort is not asked',
      'rely on the healthPort beside it',
    ),
    finding(
      asked(({ members, addresses }) =>
        members.some(
          ({ monitor, addresses: own }) =>
            monitor?.kind === 'http' && [...addresses, ...own].some(({ family }) => family === 6),
        ),
      ),
      'degraded',
      'LoxiLB writes no brackets around IPv6 addresses in URLs, so that nodes are asked there by a connection to the healthPort, without GET',
      'nothing is needed, unless a node fails in a way that only HTTP shows',
    ),
    withoutVrrp('LoxiLB', vips),
    finding(
      asked(() => true),
      'note',
      "a node's own signalling port follows the probes of the shared one where both lead to the same port of the node",
      'nothing is needed, unless clients have to reach nodes that fail their probes',
    ),
    finding(
      list.filter(isLeftOut),
      'note',
      'draining nodes with drain: flush have no rules: what still comes goes to the host itself, which refuses it',
      'nothing is needed',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'nat' && !service.snat),
      'note',
      "nodes must answer through this host, which turns their addresses back into the VIP's",
      'make it the default route of the nodes, or set snat: true on the VIP',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'dsr'),
      'note',
      'nodes must share a layer 2 network with this host and answer from the VIP themselves',
      'run the output of roomlb render node-setup on each node',
    ),
  ].flat();
}
