/** What each candidate of a room has to do with where the room is. Pure; every sentence here is shown to people. */
import { refusesNewRooms, type ClusterView } from '../cluster/view.ts';
import type { Node } from '../topology/model.ts';
import type { Pin } from '../topology/pins/pin.ts';
import type { Outcome } from './allocate.ts';
import type { Allocation, Decision } from './allocation.ts';

export interface Verdict {
  /**
   * `chosen`: has the room, or gets it with the next claim. `pinned`: gets it, since an operator says so. `passed
   * over`: asked, and refused. `not reached`: not asked, since the room has a place, or a more preferred node takes it.
   */
  readonly verdict: 'chosen' | 'pinned' | 'passed over' | 'not reached';
  readonly reason: string;
}

/** @param refusal why this node takes no new room with these wishes, if it does not */
export type Judge = (node: Node, refusal: string | undefined) => Verdict;

/**
 * Of a room that has its place: nobody was asked, so all there is to tell is what each would say.
 *
 * @param place where it is
 * @param anew where the room would go now if it had no place
 * @param pin of the room; it moves no room that has a place
 */
export function besidePlace(view: ClusterView, place: Allocation, anew: Outcome, pin?: Pin): Judge {
  const keeper = place.node.id;
  const claimed = place.decision === 'claim';
  const winner = anew.placed ? anew.allocation.node.id : undefined;
  const refused = reasons(anew);
  return (node, refusal) => {
    if (node.id === keeper) {
      const refuses = refusesNewRooms(view, node);
      const note = refuses === undefined ? '' : `, although the node takes no new rooms: ${refuses}`;
      const elsewhere =
        pin && pin.node !== keeper ? `; its pin to ${pin.node} holds once it is released` : '';
      return { verdict: 'chosen', reason: `${CHOSEN[place.decision]}${note}${elsewhere}` };
    }
    const said = refused.get(node.id) ?? refusal;
    const more =
      node.id === winner
        ? `; without that ${claimed ? 'claim ' : ''}it would go here now${pin?.node === node.id ? ', where it is pinned' : ''}`
        : said === undefined
          ? ''
          : `; here it would be refused now: ${said}`;
    return {
      verdict: 'not reached',
      reason: `the room ${claimed ? 'is claimed' : 'lives'} on ${keeper}${more}`,
    };
  };
}

/**
 * Of a room that is to be placed: the walk down the candidates.
 *
 * @param loser the node that had the room and lost it, and why
 */
export function inWalk(outcome: Outcome, loser?: { readonly node: string; readonly why: string }): Judge {
  const asked = reasons(outcome);
  const taken = whyNotReached(outcome);
  return (node, refusal) => {
    if (outcome.placed && node.id === outcome.allocation.node.id) {
      const { decision } = outcome.allocation;
      return { verdict: decision === 'pin' ? 'pinned' : 'chosen', reason: CHOSEN[decision] };
    }
    const said = asked.get(node.id);
    const lost = loser?.node === node.id ? `had the room and lost it: ${loser.why}` : undefined;
    if (said !== undefined) return { verdict: 'passed over', reason: lost ?? said };
    const more = lost ?? (refusal === undefined ? undefined : `would refuse: ${refusal}`);
    return { verdict: 'not reached', reason: more === undefined ? taken : `${taken}; ${more}` };
  };
}

function whyNotReached(outcome: Outcome): string {
  if (!outcome.placed && outcome.pin) return `the room is strictly pinned to ${outcome.pin.node}`;
  return outcome.placed && outcome.allocation.decision === 'pin'
    ? `the room is pinned to ${outcome.allocation.node.id}`
    : 'a more preferred node takes the room';
}

const CHOSEN: Readonly<Record<Decision, string>> = {
  claim: 'the room is claimed here, and a claim sticks',
  live: 'the room lives here, though nobody has claimed it yet',
  pin: 'an operator pinned the room to this node',
  hash: 'the most preferred node that takes new rooms',
  spill: 'the most preferred node that has not reached its bounded share',
};

function reasons(outcome: Outcome): ReadonlyMap<string, string> {
  const list = outcome.placed ? outcome.allocation.passedOver : outcome.passedOver;
  return new Map(list.map(({ node, reason }) => [node, reason]));
}
