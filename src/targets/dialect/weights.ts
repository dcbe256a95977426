/** Weights of 0–255 on devices that take fewer. */
import type { VirtualService } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';
import { reduceWeights } from '../weights.ts';
import type { CarriedService } from './carried.ts';

export interface ScaledWeights {
  /** In the order given. 0 stays 0, all others are at least 1. */
  readonly weights: readonly number[];
  /** Whether the proportions are the ones that were asked for. */
  readonly exact: boolean;
}

/**
 * The weights in at most `max` steps: as they are where they fit, else in the smallest whole numbers of the
 * same proportion, else rounded.
 */
export function scaleWeights(weights: readonly number[], max: number): ScaledWeights {
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  if (largest <= max) return { weights, exact: true };
  const reduced = reduceWeights(weights.map((weight) => ({ weight }))).map(({ weight }) => weight);
  if (reduced.every((weight) => weight <= max)) return { weights: reduced, exact: true };
  const scaled = weights.map((weight) =>
    weight === 0 ? 0 : Math.max(1, Math.round((weight * max) / largest)),
  );
  const exact = weights.every((weight, i) => weight * max === (scaled[i] ?? 0) * largest);
  return { weights: scaled, exact };
}

/**
 * Node → weight of 1 to `max`, of those in shared pools: a node is behind one VIP, so in one pool. For devices that
 * weigh servers as a whole, and take those that shall have none out by other means.
 */
export function weightsByNode(services: readonly CarriedService[], max: number): ReadonlyMap<string, number> {
  return new Map(
    services.flatMap(({ service: { role, members } }) => {
      if (role !== 'signalling') return [];
      const { weights } = scaleWeights(
        members.map(({ weight }) => weight),
        max,
      );
      return members.map(({ node }, i): [string, number] => [node, Math.max(1, weights[i] ?? 1)]);
    }),
  );
}

/** Whether these members get other proportions than asked for, where `max` is the largest weight. */
export function roundsWeights(members: readonly { readonly weight: number }[], max: number): boolean {
  return !scaleWeights(
    members.map(({ weight }) => weight),
    max,
  ).exact;
}

/** @param pools those of signalling; of which some want weights beyond `max` that no smaller ones stand for */
export function weightFindings(pools: readonly VirtualService[], max: number): Finding[] {
  return finding(
    pools.filter(({ members }) => roundsWeights(members, max)),
    'degraded',
    `weights are rounded to 1 to ${max}`,
    `use weights up to ${max}, or with a common divisor`,
  );
}
