import { shareOf, type ClusterView } from '../cluster/view.ts';
import { buildIntent } from '../intent/build.ts';
import type { Intent } from '../intent/model.ts';
import { placementFor, type ClusterPlacement } from '../placement/for-view.ts';
import { place, preference, type PassedOver, type PlaceResult } from '../placement/place.ts';
import { placePinned } from '../placement/pin.ts';
import { defersTo } from '../placement/slow-start.ts';
import type { Pin } from '../topology/pins/pin.ts';
import { nodeAnswer, type NodeAnswer, type RoomWishes } from './allocation.ts';
import { eligibleSet, type Constraints, type EligibleSet } from './eligibility.ts';

/** What has been handed out: rooms per node, and on all nodes together. */
export interface HandedOut {
  loads(): ReadonlyMap<string, number>;
  total(): number;
}

/**
 * One cluster view with everything that is derived from it, each derived once: the placement table, the
 * intent, per-node answers, eligible sets. Immutable to its users; a new view makes a new snapshot.
 */
export class Snapshot {
  readonly intent: Intent;
  private readonly placement: ClusterPlacement;
  private readonly answers = new Map<string, NodeAnswer>();
  private readonly eligibleSets = new Map<string, EligibleSet>();
  private removed: readonly string[] | undefined;

  /** Nodes with the weights that load is bounded by. */
  private readonly weighed: ClusterPlacement['nodes'];

  /** @param last the one before: what would come out the same is taken over from it */
  constructor(
    readonly view: ClusterView,
    last?: Snapshot,
  ) {
    this.intent = buildIntent(view, last);
    this.placement = placementFor(view, last?.placement);
    this.weighed = weighed(view);
  }

  get revision(): string {
    return this.intent.revision;
  }

  /** Undefined where the topology has no such node. */
  answer(nodeId: string): NodeAnswer | undefined {
    const cached = this.answers.get(nodeId);
    if (cached) return cached;
    const node = this.view.nodes.get(nodeId);
    const vip = node && this.view.vips.get(node.vip);
    if (!vip) return undefined;
    const answer = nodeAnswer(vip, node);
    this.answers.set(nodeId, answer);
    return answer;
  }

  /**
   * Where a room that nobody claimed goes. With `handedOut`, no node gets more than its bounded share of
   * what the nodes that may take this room already hold; without, by hash alone. Where no node can take the
   * room, every node is listed with its reason. A pin goes before all of it.
   */
  decide(room: string, wishes: RoomWishes, handedOut?: HandedOut): PlaceResult {
    const pin = this.view.pins.get(room);
    if (!pin) return this.decideByHash(room, wishes, handedOut);
    return placePinned(pin, this.refusesPinned(pin, wishes), () =>
      this.decideByHash(room, wishes, handedOut),
    );
  }

  /** A zone is a wish among nodes that hash prefers; between it and a pin, one of the two must give way. */
  private refusesPinned({ node }: Pin, wishes: RoomWishes): string | undefined {
    const { zone } = wishes;
    const refusal = this.eligible(wishes).refusals.get(node);
    const own = this.view.nodes.get(node)?.zone ?? null;
    if (refusal !== undefined || zone === null || own === zone) return refusal;
    return own === null ? `has no zone, is not in ${zone}` : `is in zone ${own}, not ${zone}`;
  }

  private decideByHash(room: string, wishes: RoomWishes, handedOut?: HandedOut): PlaceResult {
    const eligible = this.eligible(wishes);
    const bound = this.view.topology.placement.loadBound;
    const { factors } = this.view;
    const result = place(this.placement.table, this.weighed, {
      room,
      zone: wishes.zone,
      accepts: (nodeId) => eligible.refusals.get(nodeId),
      ...(factors.size > 0 && { defers: (nodeId) => defersTo(nodeId, room, factors.get(nodeId) ?? 1) }),
      load:
        handedOut && bound !== null
          ? {
              bound,
              load: (nodeId) => handedOut.loads().get(nodeId) ?? 0,
              totalLoad: this.heldBy(eligible, handedOut),
              totalWeight: eligible.totalWeight,
            }
          : null,
    });
    return result.placed ? result : { placed: false, passedOver: withTheRest(result.passedOver, eligible) };
  }

  /** Every node of weight > 0 in the order in which `decide` asks them, whether it would take the room or not. */
  candidates(room: string, zone: string | null): Iterable<string> {
    return preference(this.placement.table, this.placement.nodes, room, zone);
  }

  eligible(constraints: Constraints): EligibleSet {
    const key = `${constraints.nodeKind ?? ''}/${constraints.vip ?? ''}`;
    const cached = this.eligibleSets.get(key);
    if (cached) return cached;
    const set = eligibleSet(this.view, constraints);
    // A VIP that does not exist is a caller's fault, not worth remembering: the cache stays bounded.
    if (constraints.vip === null || this.view.vips.has(constraints.vip)) this.eligibleSets.set(key, set);
    return set;
  }

  /**
   * Rooms on the nodes of a set. Most often nearly all nodes accept: then those of the others are taken
   * from the total, since this is on the path of every claim.
   */
  private heldBy({ accepting, refusals }: EligibleSet, handedOut: HandedOut): number {
    const loads = handedOut.loads();
    // Nodes that were removed hold claims that are not placed anew yet. No room can be added to them, so
    // looking once is enough.
    this.removed ??= [...loads.keys()].filter((id) => !this.view.nodes.has(id));
    const sum = (ids: Iterable<string>) => {
      let held = 0;
      for (const id of ids) held += loads.get(id) ?? 0;
      return held;
    };
    return refusals.size + this.removed.length < accepting.length
      ? handedOut.total() - sum(refusals.keys()) - sum(this.removed)
      : sum(accepting);
  }
}

/** Nodes of weight 0 are in no table, so that placement has asked all but those. */
function withTheRest(asked: readonly PassedOver[], { refusals }: EligibleSet): PassedOver[] {
  const known = new Set(asked.map(({ node }) => node));
  const rest = [...refusals].filter(([node]) => !known.has(node));
  return [...asked, ...rest.map(([node, reason]) => ({ node, reason }))];
}

function weighed(view: ClusterView): ClusterPlacement['nodes'] {
  if (view.factors.size === 0) return view.nodes;
  return new Map(
    view.topology.nodes.map((node) => [
      node.id,
      { id: node.id, zone: node.zone, weight: shareOf(view, node) },
    ]),
  );
}
