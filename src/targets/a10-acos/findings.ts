/** What ACOS does otherwise than asked, or needs from the operator. */
import type { Intent } from '../../intent/model.ts';
import { poolsWhere, vipIds, vipsWhere, type CarriedService } from '../dialect/carried.ts';
import { blindUdpFindings, checkFindings } from '../dialect/checks.ts';
import { timeFindings } from '../dialect/times.ts';
import { weightFindings } from '../dialect/weights.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';
import { MAX_WEIGHT } from './servers.ts';
import { IDLE, PERSISTENCE } from './templates.ts';
import { vridFindings } from './vrid.ts';

const LABEL = 'ACOS';

export function findingsOf(intent: Intent, services: readonly CarriedService[]): Finding[] {
  const used = vipIds(services);
  const pools = poolsWhere(services, () => true);
  return [
    timeFindings(LABEL, 'the idle time', services, ({ service }) => service.idleTimeout, IDLE),
    timeFindings(LABEL, 'the persistence', services, ({ service }) => service.persistence, PERSISTENCE),
    weightFindings(pools, MAX_WEIGHT),
    checkFindings(pools, 'a service group is monitored'),
    blindUdpFindings(pools),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'nat' && !service.snat),
      'note',
      "nodes must answer through this device, which turns their addresses back into the VIP's",
      'make it the default route of the nodes, or set snat: true on the VIP',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.snat),
      'note',
      "the source is rewritten to the device's own addresses (source-nat auto): 64,000 flows each, to one port of one node",
      'use source-nat pool in its place where that is too few',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding !== 'nat'),
      'note',
      'nodes must answer from the VIP themselves; in dsr they share a layer 2 network with the device',
      'run the output of roomlb render node-setup on each node',
    ),
    vridFindings(intent.vips.filter(({ id }) => used.has(id))),
  ].flat();
}
