/** Server farms: "serverfarm host", and "sticky" in front of those whose clients are to stay. */
import type { VirtualService } from '../../intent/model.ts';
import type { CarriedService, Front } from '../dialect/carried.ts';
import { memberChecks } from '../dialect/checks.ts';
import type { Block } from '../dialect/text.ts';
import { inUnits, type TimeScale } from '../dialect/times.ts';
import { scaleWeights } from '../dialect/weights.ts';
import { isFlushed, type Destination } from '../ipvs/destinations.ts';
import { probeName, type Names } from './names.ts';

/** "weight" of a real server in a farm: 1 to 100. */
export const MAX_WEIGHT = 100;
/** "timeout" of a sticky group: minutes. */
export const STICKY: TimeScale = { unit: 60, min: 1, max: 65_535 };

/** The name of the real server with this address. */
export type RserverOf = (address: string) => string;

export function farm(carried: CarriedService, front: Front, names: Names, rserverOf: RserverOf): Block {
  const { service } = carried;
  return {
    head: `serverfarm host ${names.farm(service, front.address.family)}`,
    body: [
      // "Does not rewrite the IP address": the packet goes on to the MAC address of the real server.
      ...(service.forwarding === 'dsr' ? ['transparent'] : []),
      ...(service.role === 'signalling' ? ['predictor roundrobin'] : []),
      ...memberBlocks(service, front, rserverOf),
    ],
  };
}

/** Of several probes, one that fails is enough to take the real server out: there is no "fail-on-all". */
export function memberBlocks(service: VirtualService, { members }: Front, rserverOf: RserverOf): Block[] {
  const shared = service.role === 'signalling';
  const { weights } = scaleWeights(
    members.map(({ weight }) => weight),
    MAX_WEIGHT,
  );
  return members.map((one, i) => ({
    head: `rserver ${rserverOf(one.address.text)}${portOf(service, one)}`,
    body: [
      ...(shared && one.weight > 0 ? [`weight ${weights[i] ?? 1}`] : []),
      ...(shared ? memberChecks(one.member).map((check) => `probe ${probeName(check)}`) : []),
      stateOf(service, one),
    ],
  }));
}

/** Media keeps the port that the client chose; a transparent farm has no other. */
function portOf({ role, forwarding }: VirtualService, { ports }: Destination): string {
  return role === 'media' || forwarding === 'dsr' ? '' : ` ${ports.first}`;
}

/**
 * `inservice standby`: TCP connections go on, clients that the sticky table knows still come, others don't.
 * `no inservice`: nobody new. Both tear down what is not TCP (Application Networking Manager 5.2, User Guide,
 * page 8-16), so that UDP flows which shall go on leave no choice but to let new ones in.
 */
function stateOf(service: VirtualService, one: Destination): string {
  if (one.weight > 0 || staysOpen(service, one)) return 'inservice';
  return service.role === 'signalling' ? 'inservice standby' : 'no inservice';
}

export function staysOpen(service: VirtualService, { member, weight }: Destination): boolean {
  return service.protocol === 'udp' && weight === 0 && !isFlushed(service, member);
}

/** @param replicated another ACE is to know whose client is whose */
export function stickyGroup(
  service: VirtualService,
  family: 4 | 6,
  replicated: boolean,
  names: Names,
): Block[] {
  const { persistence } = service;
  if (persistence === null) return [];
  const name = names.farm(service, family);
  return [
    {
      head: `sticky ${family === 4 ? 'ip-netmask 255.255.255.255' : 'v6-prefix 128'} address source ${name}`,
      body: [
        `timeout ${inUnits(persistence, STICKY)}`,
        ...(replicated ? ['replicate sticky'] : []),
        `serverfarm ${name}`,
      ],
    },
  ];
}
