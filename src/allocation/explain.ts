/** Why a room is where it is: each candidate, why it won or lost, and what carries the room. */
import { hashRoom } from '../placement/hash.ts';
import type { Rule, Target } from '../targets/target.ts';
import type { Node } from '../topology/model.ts';
import type { Allocation, RoomWishes } from './allocation.ts';
import { placeAnew, type Outcome } from './allocate.ts';
import type { HandedOut, Snapshot } from './snapshot.ts';

export interface ExplainedCandidate {
  /** 1 is the most preferred. */
  readonly rank: number;
  readonly node: string;
  readonly zone: string | null;
  readonly weight: number;
  /** Rooms it holds, where that is known. */
  readonly rooms: number | null;
  readonly verdict: 'chosen' | 'passed over' | 'not reached';
  readonly reason: string;
}

export interface Explanation {
  readonly room: string;
  /** XXH32 of the name's UTF-8 bytes, eight hex digits. */
  readonly hash: string;
  readonly algorithm: string;
  readonly loadBound: number | null;
  /** Null where no node can take the room. */
  readonly allocation: Allocation | null;
  readonly candidates: readonly ExplainedCandidate[];
  /** Per target, the rules that carry the room's packets to its node. */
  readonly rules: readonly { readonly target: string; readonly rules: readonly string[] }[];
}

export interface RenderedRules {
  readonly target: Target;
  readonly rules: readonly Rule[];
}

/**
 * @param rendered what each target makes of the snapshot's intent
 * @param state the room's claim, if it has one, and what has been handed out, where a store knows
 */
export function explain(
  snapshot: Snapshot,
  room: string,
  wishes: RoomWishes,
  rendered: readonly RenderedRules[],
  state: { readonly claim?: Allocation | undefined; readonly handedOut?: HandedOut | undefined } = {},
): Explanation {
  const outcome = state.claim
    ? { placed: true as const, allocation: state.claim }
    : placeAnew(snapshot, room, wishes, state.handedOut);
  const allocation = outcome.placed ? outcome.allocation : null;
  const { algorithm, loadBound } = snapshot.view.topology.placement;
  return {
    room,
    hash: hashRoom(room).toString(16).padStart(8, '0'),
    algorithm,
    loadBound,
    allocation,
    candidates: explainCandidates(snapshot, room, wishes, outcome, state.handedOut),
    rules: allocation ? rulesFor(allocation.node.id, rendered) : [],
  };
}

function explainCandidates(
  snapshot: Snapshot,
  room: string,
  wishes: RoomWishes,
  outcome: Outcome,
  handedOut?: HandedOut,
): ExplainedCandidate[] {
  const chosen = outcome.placed ? outcome.allocation.node.id : undefined;
  const passedOver = new Map(
    (outcome.placed ? outcome.allocation.passedOver : outcome.passedOver).map((p) => [p.node, p.reason]),
  );
  const { refusals } = snapshot.eligible(wishes);
  const loads = handedOut?.loads();
  return inOrder(snapshot, room, wishes.zone).map((node, index) => {
    const refusal = passedOver.get(node.id) ?? refusals.get(node.id);
    const verdict = node.id === chosen ? 'chosen' : refusal === undefined ? 'not reached' : 'passed over';
    return {
      rank: index + 1,
      node: node.id,
      zone: node.zone,
      weight: node.weight,
      rooms: loads ? (loads.get(node.id) ?? 0) : null,
      verdict,
      reason:
        verdict === 'chosen' ? chosenBecause(outcome) : (refusal ?? 'a more preferred node took the room'),
    };
  });
}

function chosenBecause(outcome: Outcome): string {
  if (!outcome.placed) return '';
  switch (outcome.allocation.decision) {
    case 'claim':
      return 'the room is claimed here, and a claim sticks';
    case 'hash':
      return 'the most preferred node that takes new rooms';
    case 'spill':
      return 'the most preferred node that has not reached its bounded share';
  }
}

/** As placement asks them, then those of weight 0, which it never does. */
function inOrder(snapshot: Snapshot, room: string, zone: string | null): Node[] {
  const { nodes, topology } = snapshot.view;
  const asked = [...snapshot.candidates(room, zone)].flatMap((id) => nodes.get(id) ?? []);
  return [...asked, ...topology.nodes.filter((node) => node.weight === 0)];
}

function rulesFor(node: string, rendered: readonly RenderedRules[]): Explanation['rules'] {
  return rendered.flatMap(({ target, rules }) => {
    const own = rules.filter((rule) => rule.node === node).map((rule) => rule.text);
    return own.length > 0 ? [{ target: target.name, rules: own }] : [];
  });
}
