/** How LoxiLB chooses among endpoints ("--select", docs/lb-algo.md), and what becomes of weights. */
import type { VirtualService } from '../../intent/model.ts';
import type { Destination } from '../ipvs/destinations.ts';
import { reduceWeights } from '../weights.ts';

/** MaxLBPrioSlots of pkg/loxinet/rules.go: weights are shares of so many places, and every member needs one. */
export const SLOTS = 16;

export interface Endpoint {
  readonly node: string;
  readonly address: string;
  /** Per cent where it is chosen by weight, else 1. */
  readonly weight: number;
}

export interface Selection {
  readonly select: 'rr' | 'hash' | 'priority' | 'persist';
  readonly endpoints: readonly Endpoint[];
}

/** @param members never empty */
export function selectionOf(service: VirtualService, members: readonly Destination[]): Selection {
  const usable = takingNew(members);
  const select = methodOf(service, usable);
  const shares = select === 'priority' ? slotsOf(usable.map(({ weight }) => weight)).map(percentOf) : [];
  return {
    select,
    endpoints: usable.map(({ member, address }, i) => ({
      node: member.node,
      address: address.text,
      weight: shares[i] ?? 1,
    })),
  };
}

/** A member that takes nothing new is left out. Where that would be all, a rule cannot be without: all stay. */
function takingNew(members: readonly Destination[]): readonly Destination[] {
  const usable = members.filter(({ weight }) => weight > 0);
  return usable.length > 0 ? usable : members;
}

function methodOf(service: VirtualService, members: readonly Destination[]): Selection['select'] {
  // "Only Hash Selection criteria allowed for DSR mode": api/restapi/handler/loadbalancer.go.
  if (service.forwarding === 'dsr') return 'hash';
  if (service.persistence !== null) return 'persist';
  return isUneven(members) && members.length <= SLOTS ? 'priority' : 'rr';
}

function isUneven(members: readonly { readonly weight: number }[]): boolean {
  return new Set(members.map(({ weight }) => weight)).size > 1;
}

/** Whether members get other shares than their weights ask for. */
export function losesWeights(service: VirtualService, members: readonly Destination[]): boolean {
  const weights = takingNew(members).map(({ weight }) => weight);
  if (!isUneven(takingNew(members))) return false;
  if (methodOf(service, takingNew(members)) !== 'priority') return true;
  const exact = reduceWeights(weights.map((weight) => ({ weight })));
  const slots = reduceWeights(slotsOf(weights).map((weight) => ({ weight })));
  return exact.some(({ weight }, i) => weight !== slots[i]?.weight);
}

/** Places in proportion to weights, 16 together, at least one each: largest remainders. */
function slotsOf(weights: readonly number[]): number[] {
  const free = SLOTS - weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Beyond the one that each has, by how much more it is due.
  const due = weights.map((weight) => Math.max(0, (weight * SLOTS) / total - 1));
  const sum = due.reduce((all, one) => all + one, 0);
  const shares = due.map((one) => (sum === 0 ? 0 : (one * free) / sum));
  const slots = shares.map((share) => 1 + Math.floor(share + 1e-9));
  const left = SLOTS - slots.reduce((all, one) => all + one, 0);
  const byRemainder = shares
    .map((share, i) => ({ i, remainder: share - ((slots[i] ?? 1) - 1) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder.slice(0, left)) slots[i] = (slots[i] ?? 0) + 1;
  return slots;
}

/** The least weight of which LB2DP() in rules.go makes so many places: weight · 16 / 100, rounded down. */
function percentOf(slots: number): number {
  return Math.ceil((slots * 100) / SLOTS);
}
