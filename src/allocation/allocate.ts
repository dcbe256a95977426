/** Pure: from a snapshot, a room and what is known of its claim to the answer. */
import { losesItsRooms } from '../cluster/view.ts';
import type { PassedOver, Unplaced } from '../placement/place.ts';
import type { Allocation, Decision, RoomWishes } from './allocation.ts';
import type { HandedOut, Snapshot } from './snapshot.ts';

export type Outcome = { readonly placed: true; readonly allocation: Allocation } | Unplaced;

/**
 * The answer for a room that has its place on a node already; undefined where the node cannot keep it.
 *
 * @param livePort media port of the worker that it lives on there; undefined: it is claimed, but not live
 * @param decision `live` for a room that nobody has claimed
 */
export function claimedOn(
  snapshot: Snapshot,
  room: string,
  node: string,
  livePort?: number,
  decision: 'claim' | 'live' = 'claim',
): Allocation | undefined {
  return losesItsRooms(snapshot.view, node, livePort) === undefined
    ? assemble(snapshot, room, node, decision, [])
    : undefined;
}

/** Places a room anew; `moved` says where from, where it had a claim on a node that lost its rooms. */
export function placeAnew(
  snapshot: Snapshot,
  room: string,
  wishes: RoomWishes,
  handedOut?: HandedOut,
  movedFrom?: string,
): Outcome {
  const result = snapshot.decide(room, wishes, handedOut);
  if (!result.placed) return result;
  const allocation = assemble(snapshot, room, result.node, result.decision, result.passedOver);
  if (!allocation) throw new Error(`placement chose ${result.node}, which the topology does not have`);
  if (movedFrom === undefined) return { placed: true, allocation };
  const why = losesItsRooms(snapshot.view, movedFrom) ?? 'moved';
  return { placed: true, allocation: { ...allocation, moved: { from: movedFrom, why } } };
}

function assemble(
  snapshot: Snapshot,
  room: string,
  nodeId: string,
  decision: Decision,
  passedOver: readonly PassedOver[],
): Allocation | undefined {
  const answer = snapshot.answer(nodeId);
  return answer && { room, ...answer, decision, passedOver, revision: snapshot.revision };
}
