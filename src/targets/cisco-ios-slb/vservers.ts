/** Virtual servers: IOS SLB has no port ranges, so that each media port is one. */
import type { IntentVip } from '../../intent/model.ts';
import { listPorts } from '../../topology/ports.ts';
import type { CarriedService } from '../dialect/carried.ts';
import { frontRules } from '../dialect/rules.ts';
import { oneLine, type Block } from '../dialect/text.ts';
import { inUnits, type TimeScale } from '../dialect/times.ts';
import type { Rule } from '../target.ts';
import { farmName, realServer } from './farms.ts';
import { hsrpInterface } from './hsrp.ts';
import type { Names } from './names.ts';

/** "idle (virtual server)": seconds. */
export const IDLE: TimeScale = { unit: 1, min: 10, max: 65_535 };
/** "sticky (virtual server)": seconds. */
export const STICKY: TimeScale = { unit: 1, min: 1, max: 65_535 };

export interface Vservers {
  readonly blocks: readonly Block[];
  readonly rules: readonly Rule[];
}

export function vservers(carried: CarriedService, vip: IntentVip, names: Names): Vservers {
  const { service, fronts } = carried;
  const blocks: Block[] = [];
  const rules: Rule[] = [];
  for (const { id, address, members } of fronts) {
    for (const port of listPorts(service.ports)) {
      const block: Block = {
        head: `ip slb vserver ${names.front(id, service.protocol, port)}`,
        body: [
          `virtual ${address.text} ${service.protocol} ${port}`,
          `serverfarm ${farmName(service, names)}`,
          ...(service.persistence === null ? [] : [`sticky ${inUnits(service.persistence, STICKY)}`]),
          `idle ${inUnits(service.idleTimeout, IDLE)}`,
          inservice(vip, names),
        ],
      };
      blocks.push(block);
      rules.push(...rulesOf(carried, `${service.id} ${address.text}:${port}`, block, members));
    }
  }
  return { blocks, rules };
}

function rulesOf(
  { service }: CarriedService,
  key: string,
  block: Block,
  members: CarriedService['fronts'][number]['members'],
): Rule[] {
  const text = oneLine(block);
  const reals = members.map((member) => ({
    node: member.member.node,
    text: oneLine(realServer(service, member)),
  }));
  return frontRules(service, { key, text, members: reals });
}

function inservice(vip: IntentVip, names: Names): string {
  return hsrpInterface(vip) === null ? 'inservice' : `inservice standby ${names.group(vip.id)}`;
}
