/**
 * Virtual servers in the words of DPVS's keepalived (check_parser.c). Each port has one of its own, whose real server
 * names its port: of a real server without one, DPVS's full NAT and NAT of a group make port 0 (dp_vs_conn_new() in
 * ip_vs_conn.c takes `dest->port` as it is), where keepalived for IPVS keeps the packet's.
 */
import type { VirtualService } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import { listPorts } from '../../topology/ports.ts';
import type { CarriedService, Front } from '../dialect/carried.ts';
import { checksOf, type Check } from '../dialect/checks.ts';
import { frontRules } from '../dialect/rules.ts';
import { braced, oneLine, type Block } from '../dialect/text.ts';
import { inUnits, type TimeScale } from '../dialect/times.ts';
import type { Destination } from '../ipvs/destinations.ts';
import { CHECK_DEFAULTS, checker } from '../keepalived/checks.ts';
import type { Rule } from '../target.ts';
import { localGroup } from './local-addresses.ts';

/** "establish_timeout", seconds: ESTABLISH_TIMEOUT_MIN and _MAX of check_parser.c, which cuts off what is beyond. */
export const IDLE: TimeScale = { unit: 1, min: 1, max: 3600 };

export const INDENT = '    ';

export interface VirtualServers {
  readonly lines: readonly string[];
  readonly rules: readonly Rule[];
}

export function virtualServers(services: readonly CarriedService[]): VirtualServers {
  const lines: string[] = [];
  const rules: Rule[] = [];
  for (const { service, fronts } of services) {
    for (const front of fronts) {
      const settings = settingsOf(service, front);
      const text = settings.join(' ');
      for (const port of listPorts(service.ports)) {
        const head = `virtual_server ${front.address.text} ${port}`;
        const servers = front.members.map((one) => realServer(service, one, port));
        lines.push('', `# ${service.id}`, ...braced([{ head, body: [...settings, ...servers] }], INDENT));
        rules.push(
          ...frontRules(service, {
            key: `${service.id} ${formatEndpoint(front.address, port)}`,
            text: `${head} ${text}`,
            members: front.members.map(({ member: { node } }, i) => ({
              node,
              text: oneLine(servers[i] ?? ''),
            })),
          }),
        );
      }
    }
  }
  return { lines, rules };
}

/** What is said of the front itself. */
function settingsOf(service: VirtualService, { address }: Front): string[] {
  const { protocol, persistence, idleTimeout, drain, role } = service;
  return [
    `protocol ${protocol.toUpperCase()}`,
    'lb_algo wrr',
    `lb_kind ${kindOf(service)}`,
    ...(service.snat ? [`laddr_group_name ${localGroup(address.family)}`] : []),
    ...(persistence === null ? [] : [`persistence_timeout ${persistence}`]),
    // Of established TCP connections and of all of UDP: dp_vs_conn_set_timeout() in ip_vs_conn.c.
    `establish_timeout ${inUnits(idleTimeout, IDLE)}`,
    // Connections of a member of weight 0 end with their next packet: dp_vs_in() in ip_vs_core.c.
    ...(drain === 'flush' ? ['expire_quiescent_conn'] : []),
    ...(role === 'signalling' ? CHECK_DEFAULTS : []),
  ];
}

function kindOf({ forwarding, snat }: VirtualService): string {
  if (forwarding === 'nat') return snat ? 'FNAT' : 'NAT';
  return forwarding === 'dsr' ? 'DR' : 'TUN';
}

/** One that drains has weight 0, and is never left out: nobody else could answer on its ports. */
function realServer(
  service: VirtualService,
  { member, address, ports, weight }: Destination,
  port: number,
): Block {
  const checks = service.role === 'signalling' ? checksOf(member) : [];
  return {
    head: `real_server ${address.text} ${service.role === 'media' ? port : ports.first}`,
    body: [
      `weight ${weight}`,
      ...(checks.length > 0 ? ['inhibit_on_failure', ...checks.map(checkBlock)] : []),
    ],
  };
}

/**
 * UDP_CHECK of DPVS sends its payload and compares the reply as text, and not, as keepalived does, as hex digits
 * (payload_handler() in check_udp.c), so that it cannot say a STUN message. Without one it believes what is not refused.
 */
function checkBlock(check: Check): Block {
  if (check.kind === 'stun') return { head: 'UDP_CHECK', body: [`connect_port ${check.port}`] };
  return checker(check);
}
