/** Device groups: "itd device-group", one for a shared signalling port, and in dsr one for each node. */
import type { VirtualService } from '../../intent/model.ts';
import type { CarriedService, Front } from '../dialect/carried.ts';
import { CHECK_FALL, CHECK_INTERVAL, CHECK_RISE, CHECK_TIMEOUT, poolChecks } from '../dialect/checks.ts';
import type { Block } from '../dialect/text.ts';
import type { Destination } from '../ipvs/destinations.ts';
import { sharesOf } from './buckets.ts';
import type { Names } from './names.ts';

export function groupName({ role, vip, members }: VirtualService, family: 4 | 6, names: Names): string {
  return role === 'signalling' ? names.pool(vip, family) : names.node(members[0]?.node ?? '', family);
}

export function deviceGroup({ service }: CarriedService, front: Front, names: Names): Block {
  return {
    head: `itd device-group ${groupName(service, front.address.family, names)}`,
    body: [...(service.role === 'signalling' ? probeLines(service) : []), ...nodeBlocks(service, front)],
  };
}

/**
 * A connection is asked for, even where HTTP would be: "probe http" has no port. UDP probes want the responder of
 * an IP SLA, which is no STUN server.
 */
function probeLines(service: VirtualService): string[] {
  const asked = poolChecks(service).find(({ kind }) => kind !== 'stun');
  if (!asked) return [];
  const times = `frequency ${CHECK_INTERVAL} timeout ${CHECK_TIMEOUT}`;
  return [
    `probe tcp port ${asked.port} ${times} retry-down-count ${CHECK_FALL} retry-up-count ${CHECK_RISE}`,
  ];
}

/** "mode hot-standby": takes clients only where no other node can. */
export function nodeBlocks(service: VirtualService, { members }: Front): Block[] {
  const shared = service.role === 'signalling';
  const { weights } = sharesOf(service);
  return members.map((one) => {
    const weight = shared ? (weights.get(one.member.node) ?? null) : 1;
    return {
      head: `node ${one.address.family === 4 ? 'ip' : 'ipv6'} ${one.address.text}`,
      body: [
        ...portLine(service, one),
        ...(weight !== null && weight > 1 ? [`weight ${weight}`] : []),
        ...(weight === null ? ['mode hot-standby'] : []),
      ],
    };
  });
}

/** "port" of a node: what "nat destination" translates to, where that is another. */
function portLine({ forwarding, ports }: VirtualService, one: Destination): string[] {
  return forwarding === 'nat' && one.ports.first !== ports.first ? [`port ${one.ports.first}`] : [];
}
