/** What no apply does without an explicit word. Pure: a plan and what was allowed, to the reasons against it. */
import type { Plan, PoolChange } from '../targets/driver.ts';

export interface Allowances {
  /** Share of a pool's members that may go at once, 0–1. One may always go, unless it is 0. */
  readonly maxRemoved: number;
  /** A shared pool may be left with nobody who takes new connections. */
  readonly allowEmpty: boolean;
  /** What is not RoomLB's, or is another cluster's, may be overwritten. */
  readonly adopt: boolean;
  /** Id of the plan that was looked at; null: whichever it is. */
  readonly plan: string | null;
}

export interface Refusal {
  readonly guard: 'max-removed' | 'empty-pool' | 'foreign-owner' | 'stale-plan';
  /** What is refused, and why. One sentence, no full stop. */
  readonly message: string;
  /** How to have it done all the same. */
  readonly hint: string;
}

/** @param id of the plan, as `planId` says */
export function refusals(plan: Plan, id: string, allowed: Allowances): Refusal[] {
  if (plan.steps.length === 0) return [];
  return [
    ...stale(id, allowed),
    ...(allowed.adopt ? [] : plan.foreign.map(foreignOwner)),
    ...plan.pools.filter(({ shared }) => shared).flatMap((pool) => tooManyRemoved(pool, allowed)),
    ...tooManySingles(plan, allowed),
    ...(allowed.allowEmpty ? [] : plan.pools.filter(isEmptied).map(emptied)),
  ];
}

function stale(id: string, { plan }: Allowances): Refusal[] {
  if (plan === null || plan === id) return [];
  return [
    {
      guard: 'stale-plan',
      message: `the plan is ${id} by now, not ${plan}: the engine or what is wanted of it has changed since`,
      hint: 'look at the new plan first',
    },
  ];
}

function foreignOwner(message: string): Refusal {
  return { guard: 'foreign-owner', message, hint: 'move it away, or add --adopt to have it overwritten' };
}

function tooManyRemoved({ id, before, after }: PoolChange, { maxRemoved }: Allowances): Refusal[] {
  const left = new Set(after.map(({ node }) => node));
  const removed = before.filter(({ node }) => !left.has(node)).length;
  if (removed <= most(before.length, maxRemoved)) return [];
  return [refused(`${removed} of the ${before.length} members of ${id} would be removed`, maxRemoved)];
}

/**
 * A pool of one member goes with its member, so these are counted all together. A node has several: all of one
 * node's may always go, like one member of a shared pool.
 */
function tooManySingles({ pools, singlePools }: Plan, { maxRemoved }: Allowances): Refusal[] {
  const gone = pools.filter(
    ({ shared, before, after }) => !shared && before.length > 0 && after.length === 0,
  );
  const nodes = new Set(gone.flatMap(({ before }) => before.map(({ node }) => node)));
  if (gone.length <= most(singlePools, maxRemoved) || (nodes.size === 1 && maxRemoved > 0)) return [];
  return [
    refused(`${gone.length} of the ${singlePools} services of single nodes would be removed`, maxRemoved),
  ];
}

function refused(what: string, maxRemoved: number): Refusal {
  const percent = `${Math.round(maxRemoved * 100)} %`;
  return {
    guard: 'max-removed',
    message: `${what}, and ${percent} may be at once`,
    hint: 'do it in several steps, or add --max-removed 100%',
  };
}

/** Rounded down, but for the one that may always go: otherwise no small cluster could ever lose a node. */
function most(total: number, share: number): number {
  return share === 0 ? 0 : Math.max(1, Math.floor(total * share));
}

function isEmptied({ shared, before, after }: PoolChange): boolean {
  return shared && before.some(({ usable }) => usable) && !after.some(({ usable }) => usable);
}

function emptied({ id }: PoolChange): Refusal {
  return {
    guard: 'empty-pool',
    message: `${id} would be left with nobody who takes new connections`,
    hint: 'add --allow-empty if that is meant',
  };
}
