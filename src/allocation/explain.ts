/** Why a room is where it is: each candidate, why it won or lost, and what carries the room. */
import { losesItsRooms } from '../cluster/view.ts';
import { hashRoom } from '../placement/hash.ts';
import type { Rule, Target } from '../targets/target.ts';
import type { Node } from '../topology/model.ts';
import type { Allocation, RoomWishes } from './allocation.ts';
import { claimedOn, placeAnew } from './allocate.ts';
import type { HandedOut, Snapshot } from './snapshot.ts';
import { besidePlace, inWalk, type Verdict } from './verdicts.ts';

export interface ExplainedCandidate extends Verdict {
  /** 1 is the most preferred. */
  readonly rank: number;
  readonly node: string;
  readonly zone: string | null;
  readonly weight: number;
  /** Rooms it holds, where that is known. */
  readonly rooms: number | null;
}

export interface Explanation {
  readonly room: string;
  /** XXH32 of the name's UTF-8 bytes, eight hex digits. */
  readonly hash: string;
  readonly algorithm: string;
  readonly loadBound: number | null;
  /** What the place is chosen by. */
  readonly wishes: RoomWishes;
  /** The claim that the room has; `lost`: why its node cannot keep it, null where it can. */
  readonly claim: { readonly node: string; readonly lost: string | null } | null;
  /** The pin of the room; a claim that it has goes before. */
  readonly pin: { readonly node: string; readonly strict: boolean } | null;
  /** What claiming the room answers now; null where no node can take it. */
  readonly allocation: Allocation | null;
  readonly candidates: readonly ExplainedCandidate[];
  /** Per target, the rules that carry the room's packets to its node. */
  readonly rules: readonly { readonly target: string; readonly rules: readonly string[] }[];
}

export interface RenderedRules {
  readonly target: Target;
  readonly rules: readonly Rule[];
}

/** What a store knows. Without it a room is explained by hash alone. */
export interface KnownState {
  /** The node that the room is claimed on, if it is. */
  readonly heldOn?: string | undefined;
  /** Where it lives: on that node, or if it is not claimed, anywhere. */
  readonly live?: { readonly node: string; readonly port: number } | undefined;
  readonly handedOut?: HandedOut | undefined;
}

/**
 * @param wishes what a claim of the room made now would go by
 * @param rendered what each target makes of the snapshot's intent
 */
export function explain(
  snapshot: Snapshot,
  room: string,
  wishes: RoomWishes,
  rendered: readonly RenderedRules[],
  { heldOn, live, handedOut }: KnownState = {},
): Explanation {
  const { view } = snapshot;
  const pin = view.pins.get(room);
  const kept =
    heldOn === undefined
      ? live && claimedOn(snapshot, room, live.node, live.port, 'live')
      : claimedOn(snapshot, room, heldOn, live?.port);
  const lost = heldOn === undefined || kept ? undefined : (losesItsRooms(view, heldOn) ?? 'moved');
  // A claim that stays counts for nothing where the question is what would be without it.
  const others = kept && handedOut && heldOn !== undefined ? withoutOne(handedOut, heldOn) : handedOut;
  const anew = placeAnew(snapshot, room, wishes, others, kept ? undefined : heldOn);
  const judge = kept
    ? besidePlace(view, kept, anew, pin)
    : inWalk(anew, heldOn !== undefined && lost !== undefined ? { node: heldOn, why: lost } : undefined);
  const allocation = kept ?? (anew.placed ? anew.allocation : null);
  const { refusals } = snapshot.eligible(wishes);
  const loads = handedOut?.loads();
  return {
    room,
    hash: hashRoom(room).toString(16).padStart(8, '0'),
    algorithm: view.topology.placement.algorithm,
    loadBound: view.topology.placement.loadBound,
    wishes,
    claim: heldOn === undefined ? null : { node: heldOn, lost: lost ?? null },
    pin: pin ? { node: pin.node, strict: pin.strict } : null,
    allocation,
    candidates: inOrder(snapshot, room, wishes.zone).map((node, index) => ({
      rank: index + 1,
      node: node.id,
      zone: node.zone,
      weight: node.weight,
      rooms: loads ? (loads.get(node.id) ?? 0) : null,
      ...judge(node, refusals.get(node.id)),
    })),
    rules: allocation ? rulesFor(allocation.node.id, rendered) : [],
  };
}

/** What would be handed out if the node had one room less. */
function withoutOne(handedOut: HandedOut, node: string): HandedOut {
  const loads = new Map(handedOut.loads());
  loads.set(node, (loads.get(node) ?? 1) - 1);
  return { loads: () => loads, total: () => handedOut.total() - 1 };
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
