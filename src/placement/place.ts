import type { Pin } from '../topology/pins/pin.ts';
import type { PlacementNode, PlacementTable } from './algorithm.ts';
import { capacity, type LoadBound } from './bounded-load.ts';
import { hashRoom } from './hash.ts';

export interface PlaceRequest {
  readonly room: string;
  /** Nodes of this zone come first, in candidate order, then all others: a preference, not a condition. */
  readonly zone?: string | null;
  /** Asked of a candidate: undefined where the node may take the room, else the reason why it may not. */
  accepts(nodeId: string): string | undefined;
  /**
   * Asked of one that accepts: undefined where it takes the room now, else why it had better not. Somebody takes
   * the room all the same where nobody else does.
   */
  defers?(nodeId: string): string | undefined;
  /** Bounded load over exactly the nodes that `accepts` lets through; absent or null for none. */
  readonly load?: LoadBound | null;
}

/** A candidate that came before the winner and did not get the room. */
export interface PassedOver {
  readonly node: string;
  readonly reason: string;
}

export type PlaceResult =
  | {
      readonly placed: true;
      readonly node: string;
      /**
       * `pin`: an operator says so. `hash`: the first candidate that may take rooms took it. `spill`: that one is
       * full, or defers.
       */
      readonly decision: 'pin' | 'hash' | 'spill';
      /** In candidate order; empty where the first candidate took the room. */
      readonly passedOver: readonly PassedOver[];
    }
  | Unplaced;

/** No node may take the room: every candidate is listed, or the one that it is strictly pinned to. */
export interface Unplaced {
  readonly placed: false;
  readonly passedOver: readonly PassedOver[];
  /** Only where that is why. */
  readonly pin?: Pin;
}

/**
 * Walks the candidates of a room until one may take it and is not full.
 *
 * Load and deferral alone never refuse a room. With totals that match the loads somebody always has space (see
 * `LoadBound`); where they do not match, or everybody defers, both are left out of account.
 *
 * @param nodes at least the nodes that the table was built over, by id; weights as the load bound has them
 */
export function place(
  table: PlacementTable,
  nodes: ReadonlyMap<string, PlacementNode>,
  request: PlaceRequest,
): PlaceResult {
  const bound = request.load ?? null;
  const passedOver: PassedOver[] = [];
  let firstFull: { node: string; after: PassedOver[] } | undefined;
  for (const node of preference(table, nodes, request.room, request.zone ?? null)) {
    const refusal = request.accepts(node);
    if (refusal !== undefined) {
      passedOver.push({ node, reason: refusal });
      continue;
    }
    const full =
      request.defers?.(node) ?? (bound ? whyFull(bound, node, nodes.get(node)?.weight ?? 0) : undefined);
    if (full === undefined) return { placed: true, node, decision: firstFull ? 'spill' : 'hash', passedOver };
    firstFull ??= { node, after: [...passedOver] };
    passedOver.push({ node, reason: full });
  }
  if (!firstFull) return { placed: false, passedOver };
  return { placed: true, node: firstFull.node, decision: 'hash', passedOver: firstFull.after };
}

/**
 * The order in which `place()` asks the nodes: candidate order, those of the preferred zone before all
 * others. Every node of weight > 0, each once; lazy.
 */
export function preference(
  table: PlacementTable,
  nodes: ReadonlyMap<string, PlacementNode>,
  room: string,
  zone: string | null,
): Iterable<string> {
  const candidates = table.candidates(hashRoom(room));
  return zone === null ? candidates : zoneFirst(candidates, nodes, zone);
}

/** Why the bound keeps the node from taking one more room; undefined where it does not. */
function whyFull(bound: LoadBound, node: string, weight: number): string | undefined {
  const load = bound.load(node);
  const most = capacity(bound, weight);
  return load < most ? undefined : `full: holds ${load} of at most ${most} rooms`;
}

/** Moves those of the zone to the front, lazily: each is yielded as soon as it is met. */
function* zoneFirst(
  candidates: Iterable<string>,
  nodes: ReadonlyMap<string, PlacementNode>,
  zone: string,
): Generator<string, void> {
  const elsewhere: string[] = [];
  for (const id of candidates) {
    if (nodes.get(id)?.zone === zone) yield id;
    else elsewhere.push(id);
  }
  yield* elsewhere;
}
