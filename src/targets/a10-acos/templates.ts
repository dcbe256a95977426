/** Templates: how long sessions and persistence last, and which ports end theirs when they are disabled. */
import type { VirtualService } from '../../intent/model.ts';
import type { CarriedService } from '../dialect/carried.ts';
import type { Block } from '../dialect/text.ts';
import { inUnits, type TimeScale } from '../dialect/times.ts';
import { isFlushed } from '../ipvs/destinations.ts';
import { FLUSH, idleName, persistName } from './names.ts';

/** "slb template udp", "slb template tcp": seconds, "Interval of 60 seconds"; what every version takes. */
export const IDLE: TimeScale = { unit: 1, min: 60, max: 15_000, step: 60 };
/** "slb template persist source-ip": minutes. */
export const PERSISTENCE: TimeScale = { unit: 60, min: 1, max: 2000 };

/** The lines of a virtual port that name its templates. */
export function templateLines({ protocol, idleTimeout, persistence }: VirtualService): string[] {
  return [
    ...(persistence === null
      ? []
      : [`template persist source-ip ${persistName(inUnits(persistence, PERSISTENCE))}`]),
    `template ${protocol} ${idleName(protocol, inUnits(idleTimeout, IDLE))}`,
  ];
}

export function templates(services: readonly CarriedService[]): Block[] {
  const blocks = new Map<string, Block>();
  const add = (head: string, line: string) => blocks.set(head, { head, body: [line] });
  for (const { service } of services) {
    const { protocol, persistence, members } = service;
    const idle = inUnits(service.idleTimeout, IDLE);
    add(`slb template ${protocol} ${idleName(protocol, idle)}`, `idle-timeout ${idle}`);
    if (persistence !== null) {
      const minutes = inUnits(persistence, PERSISTENCE);
      add(`slb template persist source-ip ${persistName(minutes)}`, `timeout ${minutes}`);
    }
    // "Delete session if the server/port goes down (either disabled/hm down)".
    if (members.some((member) => isFlushed(service, member))) {
      add(`slb template port ${FLUSH}`, 'del-session-on-server-down');
    }
  }
  return [...blocks.values()].sort((a, b) => (a.head < b.head ? -1 : 1));
}
