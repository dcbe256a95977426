/** Real servers: "real", one for each node and family, and what services say of them. */
import type { VirtualService } from '../../intent/model.ts';
import type { IpAddress } from '../../topology/model.ts';
import type { CarriedService, Front } from '../dialect/carried.ts';
import type { Block } from '../dialect/text.ts';
import { weightsByNode } from '../dialect/weights.ts';
import { isFlushed } from '../ipvs/destinations.ts';
import { realKey, type Names } from './names.ts';

/** "weight": 1 to 100. */
export const MAX_WEIGHT = 100;

interface Real {
  readonly node: string;
  readonly address: IpAddress;
}

/** By key, in the order in which services name them. */
export function realsOf(services: readonly CarriedService[]): ReadonlyMap<string, Real> {
  return new Map(
    services.flatMap(({ fronts }) =>
      fronts.flatMap(({ members }) =>
        members.map(({ address, member: { node } }): [string, Real] => [
          realKey(node, address.family),
          { node, address },
        ]),
      ),
    ),
  );
}

export function realBlocks(services: readonly CarriedService[], names: Names): Block[] {
  const weights = weightsByNode(services, MAX_WEIGHT);
  return [...realsOf(services).values()].map(({ node, address }) => ({
    head: `real ${names.real(node, address.family)}`,
    body: [
      `name ${names.realName(node, address.family)}`,
      `rip ${address.text}`,
      `weight ${weights.get(node) ?? 1}`,
      'status enable',
    ],
  }));
}

/**
 * "status disable" ends what a real server gets of this service; with "graceful-shutdown enable" what it has goes
 * on, without it that is cut. No "rport": the port that the client chose.
 */
export function memberBlocks(service: VirtualService, { members }: Front, names: Names): Block[] {
  const { role, forwarding } = service;
  const translates = role !== 'media' && forwarding === 'nat';
  return members.map((one) => ({
    head: `real ${names.real(one.member.node, one.address.family)}`,
    body: [
      ...(translates ? [`rport ${one.ports.first}`] : []),
      `graceful-shutdown ${isFlushed(service, one.member) ? 'disable' : 'enable'}`,
      `status ${one.weight > 0 ? 'enable' : 'disable'}`,
    ],
  }));
}
