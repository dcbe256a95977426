/** The shared signalling port: one rule per VIP address, which draws a slot and maps it to a member. */
import type { VirtualService } from '../../intent/model.ts';
import type { IpAddress } from '../../topology/model.ts';
import type { Rule } from '../target.ts';
import { reduceWeights, totalWeight, type Weighted } from '../weights.ts';
import { ipKeyword, type Family } from './names.ts';
import { formatMap } from './table.ts';

/**
 * Up to this many slots are dealt out in turn. Beyond, where weights have no common divisor and pools are
 * large, members get ranges of a random number instead, so that the map stays as small as the pool.
 */
const MAX_SLOTS = 4096;

/** Without one the kernel draws a seed per load, and sources would move with each. */
const SEED = '0x726c6231';

interface Share extends Weighted {
  /** `address . port`. */
  readonly to: string;
}

/** The text of each is a rule of a chain. */
export function poolRules(services: readonly VirtualService[]): Rule[] {
  return services.flatMap((service) =>
    service.role === 'signalling' ? service.addresses.flatMap((vip) => poolRule(service, vip)) : [],
  );
}

/** Whether this service's connections are spread by chance, because its weights make too many slots. */
export function isRandom(service: VirtualService, family: Family): boolean {
  return service.persistence === null && totalWeight(reduceWeights(sharesOf(service, family))) > MAX_SLOTS;
}

function poolRule(service: VirtualService, vip: IpAddress): Rule[] {
  const members = reduceWeights(sharesOf(service, vip.family));
  if (members.length === 0) return [];
  const ip = ipKeyword(vip.family);
  const slots = totalWeight(members);
  const [draw, entries] =
    service.persistence !== null
      ? [`jhash ${ip} saddr mod ${slots} seed ${SEED}`, ranges(members)]
      : slots > MAX_SLOTS
        ? [`numgen random mod ${slots}`, ranges(members)]
        : [`numgen inc mod ${slots}`, inTurn(members)];
  const match = `${ip} daddr ${vip.text} tcp dport ${service.ports.first}`;
  const text = `${match} dnat ${ip} to ${draw} map ${formatMap(entries)} comment "${service.id}"`;
  return [{ key: `${service.id} ${vip.text}`, text, node: null }];
}

/** Members that take new connections and have an address of this family. */
function sharesOf(service: VirtualService, family: Family): Share[] {
  return service.members.flatMap(({ addresses, ports, weight }) => {
    const to = addresses.find((address) => address.family === family);
    return to && weight > 0 ? [{ to: `${to.text} . ${ports.first}`, weight }] : [];
  });
}

/** `0-99 : A, 100-199 : B`. */
function ranges(members: readonly Share[]): string[] {
  let next = 0;
  return members.map(({ to, weight }) => {
    const first = next;
    next += weight;
    return entry(first, next - 1, to);
  });
}

/**
 * Each member's slots spread evenly over the round, since `numgen inc` walks through it: weights 2 and 1
 * give A, B, A and not A, A, B, so that a burst of joins does not fall on one member.
 */
function inTurn(members: readonly Share[]): string[] {
  const slots = members.flatMap(({ to, weight }, index) =>
    Array.from({ length: weight }, (_, turn) => ({ to, index, at: (turn + 0.5) / weight })),
  );
  slots.sort((a, b) => a.at - b.at || a.index - b.index);
  return slots.map(({ to }, slot) => entry(slot, slot, to));
}

function entry(first: number, last: number, to: string): string {
  return `${first === last ? first : `${first}-${last}`} : ${to}`;
}
