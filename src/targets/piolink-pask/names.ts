/**
 * Names and numbers of PAS-K objects: services have names, which are kept to 20 letters, digits, `-` and `_`; real
 * servers and health checks have numbers, of which RoomLB keeps to a range, so that it shows whose they are.
 */
import type { Protocol } from '../../topology/model.ts';
import { frontIds, nodeIds, type CarriedService, type Front } from '../dialect/carried.ts';
import { checkKey, type Check } from '../dialect/checks.ts';
import { namer } from '../dialect/names.ts';
import { numbered, type NumberRange } from '../dialect/numbers.ts';

const RULES = { max: 20 - 10, without: '.', ignoresCase: true } as const;

export const REALS: NumberRange = { first: 501, last: 1000 };
export const HEALTH_CHECKS: NumberRange = { first: 401, last: 500 };

export interface Names {
  readonly real: (node: string, family: 4 | 6) => number;
  readonly realName: (node: string, family: 4 | 6) => string;
  readonly healthCheck: (check: Check) => number;
  /** A service for some ports of one address, of which this is the first. */
  readonly slb: (front: Front, protocol: Protocol, port: number) => string;
}

export function realKey(node: string, family: 4 | 6): string {
  return `${node}/v${family}`;
}

/** @param reals keys of all real servers */
export function namesFor(
  services: readonly CarriedService[],
  reals: Iterable<string>,
  checks: readonly Check[],
): Names {
  const front = namer(frontIds(services), RULES);
  const node = namer(nodeIds(services), RULES);
  const numbers = numbered(reals, REALS);
  const checkNumbers = numbered(checks.map(checkKey), HEALTH_CHECKS);
  return {
    real: (id, family) => numbers.get(realKey(id, family)) ?? 0,
    realName: (id, family) => `rl${family}-${node(id)}`,
    healthCheck: (check) => checkNumbers.get(checkKey(check)) ?? 0,
    // `rl4u40000-` takes ten.
    slb: ({ id, address }, protocol, port) =>
      `rl${address.family}${protocol === 'udp' ? 'u' : 't'}${port}-${front(id)}`,
  };
}
