import { type ClusterView, refusesNewRooms } from '../cluster/view.ts';
import { placementFor } from './for-view.ts';
import { placePinned } from './pin.ts';
import { place } from './place.ts';

export interface WhatIfOptions {
  /** How many made-up rooms the share is measured over; 100,000 by default. */
  readonly samples?: number;
  /** Rooms to tell one by one. */
  readonly rooms?: readonly string[];
}

/** A room whose node differs; null where no node takes rooms. */
export interface Move {
  readonly room: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface WhatIf {
  readonly samples: number;
  /** How many of the samples change their node. */
  readonly moved: number;
  /** The same as a share, 0–1. */
  readonly share: number;
  /** The share that any method must move for the nodes to hold their weighted shares before and after. */
  readonly ideal: number;
  /** Those of `options.rooms` that change their node, in the order given. */
  readonly moves: readonly Move[];
}

const SAMPLES = 100_000;

/**
 * What a change of topology or health would do to the placement of rooms by hash and pins alone: rooms that are
 * placed before as well as after. A room that lives stays where it is (its claim holds), and load, zone and
 * kind of a request are not known here; all of them are left out.
 */
export function whatIf(before: ClusterView, after: ClusterView, options: WhatIfOptions = {}): WhatIf {
  const { samples = SAMPLES, rooms = [] } = options;
  const from = placer(before);
  const to = placer(after);
  let moved = 0;
  for (let i = 0; i < samples; i++) {
    const room = `sample-${i}`;
    if (from(room) !== to(room)) moved++;
  }
  const moves = rooms
    .map((room) => ({ room, from: from(room), to: to(room) }))
    .filter((move) => move.from !== move.to);
  return {
    samples,
    moved,
    share: samples > 0 ? moved / samples : 0,
    ideal: leastShare(before, after),
    moves,
  };
}

function placer(view: ClusterView): (room: string) => string | null {
  const { table, nodes } = placementFor(view);
  const refusals = new Map(view.topology.nodes.map((node) => [node.id, refusesNewRooms(view, node)]));
  const accepts = (nodeId: string): string | undefined => refusals.get(nodeId);
  return (room) => {
    const pin = view.pins.get(room);
    const byHash = () => place(table, nodes, { room, accepts });
    const result = pin ? placePinned(pin, accepts(pin.node), byHash) : byHash();
    return result.placed ? result.node : null;
  };
}

/** What the nodes lose, summed: rooms of a node that shrinks have to go, all others can stay. */
function leastShare(before: ClusterView, after: ClusterView): number {
  const target = shares(after);
  let lost = 0;
  for (const [node, share] of shares(before)) lost += Math.max(0, share - (target.get(node) ?? 0));
  return lost;
}

/** Node → its weighted share of new rooms; all of them go to null where no node takes any. */
function shares(view: ClusterView): Map<string | null, number> {
  const eligible = view.topology.nodes.filter((node) => refusesNewRooms(view, node) === undefined);
  const total = eligible.reduce((sum, node) => sum + node.weight, 0);
  if (total === 0) return new Map([[null, 1]]);
  return new Map(eligible.map((node) => [node.id, node.weight / total]));
}
