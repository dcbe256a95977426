/** Pure: from a snapshot, a room and what is known of its claim to the answer. */
import { losesItsRooms } from '../cluster/view.ts';
import type { PassedOver } from '../placement/place.ts';
import type { Allocation, Decision, RoomWishes } from './allocation.ts';
import type { HandedOut, Snapshot } from './snapshot.ts';

export type Outcome =
  | { readonly placed: true; readonly allocation: Allocation }
  | { readonly placed: false; readonly passedOver: readonly PassedOver[] };

/** The answer for a room that is claimed on a node, which is known to keep its rooms. */
export function claimedOn(snapshot: Snapshot, room: string, node: string): Allocation | undefined {
  return losesItsRooms(snapshot.view, node) === undefined
    ? assemble(snapshot, room, node, 'claim', [])
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
