/**
 * What health does to the members of a shared service, for connections whose client names no node. (Rules of one
 * node alone, its media and its own signalling port, stand still: nobody else could answer there, and health moves
 * rooms instead.)
 *
 * - `up`, `suspect` and `unknown`: as the topology says. A slow network must not change rules.
 * - About to stop, or `down` while some of its workers serve rooms that live there: weight 0. No new connections;
 *   a client that names the node still gets there.
 * - `down`: weight 0, or out of the service, as `health.downMembers` says.
 *
 * No pool is ever emptied by health: where it would leave no member with a weight above 0 behind an address family
 * of the VIP, all of that family that have one stay as the topology says; where it would leave no member at all, all
 * stay. Then some connections find their node down; otherwise all would find nobody. Nothing has to be remembered
 * for that, so that every dispatcher does the same.
 */
import type { ClusterView } from '../cluster/view.ts';
import type { Node, Vip } from '../topology/model.ts';
import type { Member } from './model.ts';

export type HealthWish = 'as-declared' | 'no-new' | 'out';

export function healthWish(view: ClusterView, node: Node): HealthWish {
  if (view.health.get(node.id) !== 'down') return view.leaving.has(node.id) ? 'no-new' : 'as-declared';
  const serves = (view.serving.get(node.id)?.size ?? 0) > 0;
  return view.topology.health.downMembers === 'remove' && !serves ? 'out' : 'no-new';
}

/** A member with the weight that the topology gives it. */
export interface Judged {
  readonly member: Member;
  readonly wish: HealthWish;
}

export function membersByHealth(judged: readonly Judged[], vip: Vip): Member[] {
  const held = heldByFailStatic(judged, vip);
  return judged.flatMap((each) => {
    const { member, wish } = each;
    if (wish === 'as-declared' || held.has(each)) return [member];
    return wish === 'out' ? [] : [{ ...member, weight: 0 }];
  });
}

/** Those that stay as declared although they are not well, since a family would have nobody else. */
function heldByFailStatic(judged: readonly Judged[], vip: Vip): Set<Judged> {
  const held = new Set<Judged>();
  for (const family of new Set(vip.addresses.map((address) => address.family))) {
    const present = judged.filter(({ member }) =>
      member.addresses.some((address) => address.family === family),
    );
    const weighty = present.filter(({ member }) => member.weight > 0);
    const needed = weighty.length > 0 ? weighty : present;
    const lost = weighty.length > 0 ? isUnwell : isOut;
    if (needed.every(lost)) for (const each of needed) held.add(each);
  }
  return held;
}

function isUnwell({ wish }: Judged): boolean {
  return wish !== 'as-declared';
}

function isOut({ wish }: Judged): boolean {
  return wish === 'out';
}
