/**
 * Service groups: one for a shared signalling port, one for each port that is a node's alone. Groups and not
 * services, because a second service of the same address and port is refused, while a member may be in
 * several groups: a node is behind the shared port and behind its own.
 */
import type { VirtualService } from '../../intent/model.ts';
import { poolChecks } from '../dialect/checks.ts';
import { inUnits, type TimeScale } from '../dialect/times.ts';
import { scaleWeights } from '../dialect/weights.ts';
import { isFlushed, type Destination } from '../ipvs/destinations.ts';
import type { Kind, Names } from './names.ts';

/** "cltTimeout", "svrTimeout": seconds. 0 would never end. */
export const IDLE: TimeScale = { unit: 1, min: 1, max: 31_536_000 };

/** "bind lb vserver", weight. */
export const MAX_WEIGHT = 100;

/** ANY where answers go another way: of a TCP virtual server the NetScaler would end connections itself. */
export function kindOf({ forwarding, protocol }: VirtualService): Kind {
  return forwarding === 'nat' ? protocol : 'any';
}

export interface Group {
  readonly service: VirtualService;
  readonly family: 4 | 6;
  /** On the nodes. Null: each member's own, of the shared port. */
  readonly port: number | null;
  readonly members: readonly Destination[];
}

export function groupName({ service, family, port, members }: Group, names: Names): string {
  if (port === null) return names.pool(service.vip, family);
  return names.single(service.role, members[0]?.member.node ?? '', kindOf(service), port, family);
}

/** The commands that make it. `members`: those of memberTexts. */
export function groupCommands(group: Group, names: Names, members: readonly (readonly string[])[]): string[] {
  const { service } = group;
  const name = groupName(group, names);
  const checks = service.role === 'signalling' ? poolChecks(service) : [];
  return [
    ['add serviceGroup', name, kindOf(service).toUpperCase(), ...settings(group, checks.length > 0)].join(
      ' ',
    ),
    ...members.flat(),
    ...checks.map((check) => `bind serviceGroup ${name} -monitorName ${names.monitor(check)}`),
  ];
}

function settings({ service }: Group, checked: boolean): string[] {
  const idle = inUnits(service.idleTimeout, IDLE);
  return [
    // "useproxyport … is available only when the Use Source IP (USIP) parameter is set to YES".
    service.snat ? '-usip NO' : '-usip YES -useproxyport NO',
    // In dsr it learns the MAC addresses of nodes from its own probes, so that there always are some: the
    // appliance's ping-default, which it binds by itself (CTX138969).
    ...(checked || service.forwarding === 'dsr' ? [] : ['-healthMonitor NO']),
    `-cltTimeout ${idle} -svrTimeout ${idle}`,
    // Whether flows of a member that is disabled are cut, or go on.
    `-downStateFlush ${service.drain === 'flush' ? 'ENABLED' : 'DISABLED'}`,
  ];
}

/** Each member, with a second command for one that shall take nothing new. In the order of members. */
export function memberTexts(group: Group, names: Names, serverOf: (address: string) => string): string[][] {
  const { service, port, members } = group;
  const name = groupName(group, names);
  const { weights } = scaleWeights(
    members.map(({ weight }) => weight),
    MAX_WEIGHT,
  );
  return members.map(({ member, address, ports, weight }, i) => {
    const at = `${serverOf(address.text)} ${port ?? ports.first}`;
    const share = service.role === 'signalling' ? ` -weight ${Math.max(1, weights[i] ?? 1)}` : '';
    const end = isFlushed(service, member) ? '' : ' -graceFul YES';
    return [
      `bind serviceGroup ${name} ${at}${share}`,
      ...(weight > 0 ? [] : [`disable serviceGroup ${name} ${at}${end}`]),
    ];
  });
}
