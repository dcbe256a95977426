/** What a NetScaler does otherwise than asked, or needs from the operator. */
import type { Intent } from '../../intent/model.ts';
import { poolsWhere, vipIds, vipsWhere } from '../dialect/carried.ts';
import { checkFindings } from '../dialect/checks.ts';
import { timeFindings } from '../dialect/times.ts';
import { weightFindings } from '../dialect/weights.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';
import { IDLE, MAX_WEIGHT } from './groups.ts';
import type { SharedPorts } from './shared-ports.ts';
import { vridFindings } from './vrid.ts';
import { PERSISTENCE } from './vservers.ts';

const LABEL = 'NetScaler';

export function findingsOf(intent: Intent, { kept, refused }: SharedPorts): Finding[] {
  const used = vipIds(kept);
  const pools = poolsWhere(kept, () => true);
  const direct = (mode: 'dsr' | 'tunnel') => vipsWhere(kept, ({ service }) => service.forwarding === mode);
  return [
    finding(
      refused.map(({ service }) => service),
      'refused',
      'in dsr and tunnel a virtual server of a NetScaler takes UDP and TCP alike, and another has this port',
      'give signalling and media ports of their own, or set forwarding: nat',
    ),
    timeFindings(LABEL, 'the idle time', kept, ({ service }) => service.idleTimeout, IDLE),
    timeFindings(LABEL, 'the persistence', kept, ({ service }) => service.persistence, PERSISTENCE),
    weightFindings(pools, MAX_WEIGHT),
    checkFindings(pools, 'a service group is monitored'),
    finding(
      vipsWhere(kept, ({ service }) => service.forwarding === 'nat' && !service.snat),
      'note',
      "nodes must answer through the NetScaler, which turns their addresses back into the VIP's",
      'make it the default route of the nodes, or set snat: true on the VIP',
    ),
    finding(
      vipsWhere(kept, ({ service }) => service.snat),
      'note',
      'the source is rewritten to a subnet address (SNIP) of the NetScaler: 64,000 flows each, to one port of one node',
      'give it as many SNIPs in the network of the nodes as that takes',
    ),
    finding(
      [...direct('dsr'), ...direct('tunnel')],
      'note',
      'nodes must answer from the VIP themselves, and get UDP and TCP of each of its ports (type ANY)',
      'run the output of roomlb render node-setup on each node; let a firewall drop the protocol not wanted',
    ),
    finding(
      direct('dsr'),
      'note',
      'the NetScaler finds nodes by the MAC addresses that answer its pings, in a layer 2 network that they share',
      'enable ns mode MBF, and let nodes answer pings',
    ),
    vridFindings(intent.vips.filter(({ id }) => used.has(id))),
  ].flat();
}
