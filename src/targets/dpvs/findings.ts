/** What DPVS does otherwise than asked, or needs from the operator. */
import type { IntentVip } from '../../intent/model.ts';
import { poolsWhere, vipsWhere, type CarriedService } from '../dialect/carried.ts';
import { checksOf } from '../dialect/checks.ts';
import { timeFindings } from '../dialect/times.ts';
import { finding } from '../findings.ts';
import { vrrpFindings } from '../keepalived/vrrp.ts';
import type { Finding } from '../target.ts';
import { LOCAL_FILE, localGroup } from './local-addresses.ts';
import { IDLE } from './virtual-servers.ts';
import { hasVrrp, vrrpNameFindings } from './vrrp.ts';

/** @param vips those of the services */
export function findingsOf(vips: readonly IntentVip[], services: readonly CarriedService[]): Finding[] {
  const held = new Set(vips.filter(hasVrrp).map(({ id }) => id));
  return [
    timeFindings('DPVS', 'the idle time', services, ({ service }) => service.idleTimeout, IDLE),
    finding(
      poolsWhere(services, ({ members }) =>
        members.some((one) => checksOf(one).some(({ kind }) => kind === 'stun')),
      ),
      'degraded',
      'its UDP_CHECK sends text and no bytes, and so no STUN: a STUN port that answers nothing is up, unless it is refused',
      'rely on the healthPort beside it, or leave stunPort out',
    ),
    vrrpNameFindings(vips),
    vips.filter(hasVrrp).flatMap(vrrpFindings),
    finding(
      vipsWhere(services, ({ service }) => service.snat),
      'note',
      `full NAT takes its source addresses from the groups ${localGroup(4)} and ${localGroup(6)}, which are this host's own`,
      `write them into ${LOCAL_FILE} beside this file: local_address_group ${localGroup(4)} { ADDRESS DPDK-PORT }`,
    ),
    finding(
      vipsWhere(services, ({ service }) => service.snat),
      'note',
      'nodes see these local addresses in the place of their clients',
      'load the kernel modules toa and uoa of DPVS on the nodes where clients have to be told apart',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding === 'nat' && !service.snat),
      'note',
      "nodes must answer through this host, which turns their addresses back into the VIP's; DPVS does so on several cores only with redirect on",
      'make it the default route of the nodes and set ipvs_defs, conn, redirect on in dpvs.conf, or set snat: true on the VIP',
    ),
    finding(
      vipsWhere(services, ({ service }) => service.forwarding !== 'nat'),
      'note',
      'nodes must answer from the VIP themselves; in dsr they share a layer 2 network with this host',
      'run the output of roomlb render node-setup on each node',
    ),
    finding(
      vipsWhere(services, ({ service }) => !held.has(service.vip)),
      'note',
      'nothing in here gives DPVS the addresses of these VIPs',
      'give the VIP vrrp: in the topology, or: dpip addr add ADDRESS/32 dev DPDK-PORT',
    ),
    finding(
      services
        .filter(({ fronts }) => fronts.some(({ members }) => members.every(({ weight }) => weight === 0)))
        .map(({ service }) => service),
      'note',
      'all members of these have weight 0, of which keepalived warns ("quorum 1 exceeds total weight"): it takes them all the same',
      'nothing is needed',
    ),
  ].flat();
}
