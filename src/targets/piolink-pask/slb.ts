/** Services: "slb", with "vip" and its "vport" list, how sessions last, and the real servers behind. */
import type { IntentVip, VirtualService } from '../../intent/model.ts';
import { listPorts } from '../../topology/ports.ts';
import type { CarriedService, Front } from '../dialect/carried.ts';
import { poolChecks } from '../dialect/checks.ts';
import type { Block } from '../dialect/text.ts';
import { inUnits, type TimeScale } from '../dialect/times.ts';
import type { Names } from './names.ts';
import { memberBlocks } from './reals.ts';

/** "session-timeout" and "sticky time": seconds. */
export const SECONDS: TimeScale = { unit: 1, min: 1, max: 65_535 };

/** Ports that one service lists, so that its line stays short. */
const PORTS_EACH = 16;

/** Some ports of one address, and what serves them. */
export interface Slb {
  readonly service: VirtualService;
  readonly front: Front;
  readonly ports: readonly number[];
}

export function slbsOf({ service, fronts }: CarriedService): Slb[] {
  const ports = listPorts(service.ports);
  const starts = ports.filter((_, i) => i % PORTS_EACH === 0);
  return fronts.flatMap((front) =>
    starts.map((_, i) => ({
      service,
      front,
      ports: ports.slice(i * PORTS_EACH, (i + 1) * PORTS_EACH),
    })),
  );
}

/** How many addresses are rewritten: of the node, of both ends, none, or none below an IP-in-IP header. */
function natMode({ forwarding, snat }: VirtualService): string {
  if (forwarding === 'nat') return snat ? 'both-nat' : 'dnat';
  return forwarding === 'dsr' ? 'dsr' : 'l3dsr-iptunnel';
}

export function slb({ service, front, ports }: Slb, vip: IntentVip, names: Names): Block {
  const { role, protocol } = service;
  const { address } = front;
  const checks = role === 'signalling' ? poolChecks(service) : [];
  return {
    head: `slb ${names.slb(front, protocol, ports[0] ?? 0)}`,
    body: [
      `ip-version ipv${address.family}`,
      `nat-mode ${natMode(service)}`,
      `lb-method ${role === 'signalling' ? 'wrr' : 'rr'}`,
      ...(vip.vrrp ? ['session-sync all'] : []),
      ...(checks.length > 0 ? [`health-check ${checks.map(names.healthCheck).join(',')}`] : []),
      `vip ${address.text} protocol ${protocol} vport ${ports.join(',')}`,
      ...stickyLines(service, address.family),
      ...timeoutLines(service),
      ...memberBlocks(service, front, names),
      'status enable',
    ],
  };
}

function stickyLines({ persistence }: VirtualService, family: 4 | 6): string[] {
  if (persistence === null) return [];
  const whole =
    family === 4 ? 'source-subnet 255.255.255.255' : 'source-subnet6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
  return [`sticky time ${inUnits(persistence, SECONDS)}`, `sticky ${whole}`];
}

/** `udp` is for flows of which only one side has spoken. */
function timeoutLines({ protocol, idleTimeout }: VirtualService): string[] {
  const seconds = inUnits(idleTimeout, SECONDS);
  const states = protocol === 'udp' ? ['udp', 'udp-stream'] : ['tcp-established'];
  return ['session-timeout-mode service', ...states.map((state) => `session-timeout ${state} ${seconds}`)];
}
