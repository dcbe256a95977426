/**
 * One replica of the service: the current snapshot of the cluster, and the store of claims. All decisions
 * are pure functions of the two; this class only orders reads, decisions and writes.
 */
import type { Allocation, RoomWishes } from '../allocation/allocation.ts';
import { NO_WISHES } from '../allocation/allocation.ts';
import { claimedOn, placeAnew, type Outcome } from '../allocation/allocate.ts';
import { Snapshot } from '../allocation/snapshot.ts';
import { clusterView, losesItsRooms, type Observed } from '../cluster/view.ts';
import { NO_EVENTS, type EventSink } from '../events/bus.ts';
import { Listeners } from '../events/listeners.ts';
import { withMaintenance } from '../schedule/drained.ts';
import type { OpenWindow } from '../schedule/windows.ts';
import type { Unplaced } from '../placement/place.ts';
import { StoreUnavailable, type Claim, type ClaimStore } from '../store/store.ts';
import type { Topology } from '../topology/model.ts';
import { NO_LIVE_ROOMS, type LiveRoom, type LiveRooms } from './live-rooms.ts';
import { topologyChanged } from './topology-changed.ts';

export type ClaimResult =
  /** `created`: first claim. `moved`: placed anew, its node had lost its rooms. `kept`: as before. */
  | { readonly result: 'created' | 'moved' | 'kept'; readonly allocation: Allocation }
  | { readonly result: 'refused'; readonly refusal: Unplaced };

export type Lookup =
  | { readonly found: 'claim'; readonly allocation: Allocation }
  /** Claimed on a node that lost its rooms; the next `claim()` places it anew. */
  | { readonly found: 'displaced'; readonly from: string; readonly why: string }
  | { readonly found: 'nothing' };

/** What is known of a room, and what is wished for it. */
export interface Standing {
  /** The node that it is claimed on, if it is. */
  readonly heldOn: string | undefined;
  /** Where it lives: on that node, or if it is not claimed, anywhere. */
  readonly live: LiveRoom | undefined;
  readonly wishes: RoomWishes;
}

/** How often a claim is tried again when another client changes the same room in between. */
const MAX_RACES = 8;

export interface DispatcherOptions {
  /** Where rooms live, as nodes report. */
  readonly live?: LiveRooms;
  readonly events?: EventSink;
}

export class Dispatcher {
  private current: Snapshot;
  private declaredTopology: Topology;
  private open: readonly OpenWindow[] = [];
  private readonly live: LiveRooms;
  private readonly events: EventSink;
  private readonly listeners = new Listeners<Snapshot>();

  constructor(
    readonly claims: ClaimStore,
    topology: Topology,
    { live = NO_LIVE_ROOMS, events = NO_EVENTS }: DispatcherOptions = {},
  ) {
    this.live = live;
    this.events = events;
    this.declaredTopology = topology;
    this.current = new Snapshot(clusterView(topology));
  }

  get snapshot(): Snapshot {
    return this.current;
  }

  /** The topology as it was declared; that of the snapshot is what holds of it while maintenance windows are open. */
  get declared(): Topology {
    return this.declaredTopology;
  }

  /** Called after every change of the view, with the new snapshot, until the returned function is called. */
  onChange(listener: (snapshot: Snapshot) => void): () => void {
    return this.listeners.add(listener);
  }

  setTopology(topology: Topology): void {
    const changed = topologyChanged(this.declaredTopology, topology, Date.now());
    this.declaredTopology = topology;
    this.replace(withMaintenance(topology, this.open), this.current.view);
    if (changed) this.events.emit(changed);
  }

  /** The maintenance windows that are open. */
  get maintenance(): readonly OpenWindow[] {
    return this.open;
  }

  /** Nodes in these windows are drained from now on, and no others. */
  setMaintenance(open: readonly OpenWindow[]): void {
    this.open = open;
    this.replace(withMaintenance(this.declaredTopology, open), this.current.view);
  }

  /** What is left out stays as it was. */
  observe(changes: Partial<Observed>): void {
    this.replace(this.current.view.topology, { ...this.current.view, ...changes });
  }

  /** Hands out a place for the room. Idempotent: a room that has one keeps it, unless its node lost it. */
  async claim(room: string, wishes: Partial<RoomWishes> = {}): Promise<ClaimResult> {
    for (let attempt = 0; attempt < MAX_RACES; attempt++) {
      try {
        const held = await this.claims.get(room);
        const result = held ? await this.keepOrMove(room, held, wishes) : await this.create(room, wishes);
        if (result) return result.result === 'refused' ? result : this.marked(result);
      } catch (error) {
        // The store was lost in the middle. Asked again, the last view answers, and the decision is made for that.
        if (!(error instanceof StoreUnavailable)) throw error;
      }
    }
    throw new Error(`room ${JSON.stringify(room)} changed ${MAX_RACES} times while it was being claimed`);
  }

  /** Gives the room's place back. Answers with the claim that it had; undefined where it had none. */
  async release(room: string): Promise<Claim | undefined> {
    const released = await this.claims.release(room);
    if (released) this.events.emit({ type: 'room.released', at: Date.now(), room, node: released.node });
    return released;
  }

  /**
   * Settles a room that was handed out on two nodes while the store was away: it lives on this one, and not on the
   * other. Answers with the node that holds the claim now.
   */
  async settle(room: string, other: string, node: string): Promise<string> {
    const held = await this.claims.get(room);
    if (held?.node !== other) return held?.node ?? this.adopt(room, node);
    const { moved, claim } = await this.claims.move(room, other, { ...held, node });
    if (moved) this.tellMoved(room, other, node, 'lives there');
    return claim?.node ?? node;
  }

  /**
   * Claims the room for the node on which it was found live, unless another node holds it and can keep it.
   * Answers with the node that holds the claim now.
   */
  async adopt(room: string, node: string): Promise<string> {
    const held = await this.claims.get(room);
    if (!held) {
      const { created, claim } = await this.claims.create(room, { ...NO_WISHES, node });
      if (created) this.events.emit({ type: 'room.claimed', at: Date.now(), room, node, by: 'report' });
      return claim.node;
    }
    if (held.node === node || this.kept(room, held)) return held.node;
    const why = losesItsRooms(this.current.view, held.node) ?? 'moved';
    const { moved, claim } = await this.claims.move(room, held.node, { ...held, node });
    if (moved) this.tellMoved(room, held.node, node, why);
    return claim?.node ?? node;
  }

  async lookup(room: string): Promise<Lookup> {
    const held = await this.claims.get(room);
    if (!held) return { found: 'nothing' };
    const allocation = this.kept(room, held);
    if (allocation) return this.marked({ found: 'claim' as const, allocation });
    const why = losesItsRooms(this.current.view, held.node) ?? 'moved';
    return { found: 'displaced', from: held.node, why };
  }

  /** How many rooms are claimed on the node, in the store that replicas share, and how many live there by its reports. */
  async roomsOn(node: string): Promise<{ readonly claims: number; readonly live: number }> {
    const { entries } = await this.claims.list({ node, limit: 1 });
    const known = this.claims.loads().get(node) ?? 0;
    return { claims: Math.max(known, entries.length), live: this.live.count(node) };
  }

  /** What `claim()` would answer now. Changes nothing. */
  async preview(room: string, wishes: Partial<RoomWishes> = {}): Promise<Outcome> {
    const held = await this.claims.get(room);
    const allocation = held ? this.kept(room, held) : this.found(room);
    if (allocation) return this.marked({ placed: true as const, allocation });
    const outcome = placeAnew(this.current, room, wishesFor(held, wishes), this.handedOut(), held?.node);
    return outcome.placed ? this.marked(outcome) : outcome;
  }

  /** What `claim()` with these wishes would go by. */
  async standing(room: string, wishes: Partial<RoomWishes> = {}): Promise<Standing> {
    const held = await this.claims.get(room);
    const live = held ? this.live.on(room, held.node) : this.live.find(room);
    const kept = (held ? this.kept(room, held) : this.found(room)) !== undefined;
    // Whoever asks for a room that has its place gets that place, whatever the wishes are.
    return { heldOn: held?.node, live, wishes: wishesFor(held, kept ? {} : wishes) };
  }

  /**
   * While the store does not answer, nobody knows what others hand out: rooms are placed by hash alone, so that all
   * who see the same nodes give the same answer without a word between them.
   */
  private handedOut(): ClaimStore | undefined {
    return this.claims.degraded ? undefined : this.claims;
  }

  private marked<T extends { readonly allocation: Allocation }>(answer: T): T {
    return this.claims.degraded
      ? { ...answer, allocation: { ...answer.allocation, degraded: true } }
      : answer;
  }

  /** The claim's answer, where its node can keep the room. */
  private kept(room: string, { node }: Claim): Allocation | undefined {
    return claimedOn(this.current, room, node, this.live.on(room, node)?.port);
  }

  /** The answer for a room that nobody claimed but that lives somewhere. */
  private found(room: string): Allocation | undefined {
    const live = this.live.find(room);
    return live && claimedOn(this.current, room, live.node, live.port, 'live');
  }

  private async keepOrMove(
    room: string,
    held: Claim,
    wishes: Partial<RoomWishes>,
  ): Promise<ClaimResult | undefined> {
    const kept = this.kept(room, held);
    if (kept) return { result: 'kept', allocation: kept };
    const wanted = wishesFor(held, wishes);
    const outcome = placeAnew(this.current, room, wanted, this.handedOut(), held.node);
    if (!outcome.placed) return { result: 'refused', refusal: outcome };
    const { node, moved: how } = outcome.allocation;
    const { moved } = await this.claims.move(room, held.node, { node: node.id, ...wanted });
    if (!moved) return undefined;
    this.tellMoved(room, held.node, node.id, how?.why ?? 'moved');
    return { result: 'moved', allocation: outcome.allocation };
  }

  private async create(room: string, wishes: Partial<RoomWishes>): Promise<ClaimResult | undefined> {
    const wanted = wishesFor(undefined, wishes);
    // No await between this decision and create(), which counts the room at once: a burst of rooms
    // cannot all see the same node as empty.
    const found = this.found(room);
    const outcome: Outcome = found
      ? { placed: true, allocation: found }
      : placeAnew(this.current, room, wanted, this.handedOut());
    if (!outcome.placed) return { result: 'refused', refusal: outcome };
    const node = outcome.allocation.node.id;
    const { created } = await this.claims.create(room, { node, ...wanted });
    if (!created) return undefined;
    this.events.emit({ type: 'room.claimed', at: Date.now(), room, node, by: 'request' });
    return { result: 'created', allocation: outcome.allocation };
  }

  private tellMoved(room: string, from: string, to: string, why: string): void {
    this.events.emit({ type: 'room.moved', at: Date.now(), room, from, to, why });
  }

  private replace(topology: Topology, observed: Observed): void {
    this.current = new Snapshot(clusterView(topology, observed.health, observed), this.current);
    this.listeners.tell(this.current);
  }
}

/** What was asked for now goes before what was asked for when the room was claimed. */
function wishesFor(held: Claim | undefined, wishes: Partial<RoomWishes>): RoomWishes {
  const base = held ?? NO_WISHES;
  return {
    kind: wishes.kind ?? base.kind,
    zone: wishes.zone ?? base.zone,
    participants: wishes.participants ?? base.participants,
    nodeKind: wishes.nodeKind ?? base.nodeKind,
    vip: wishes.vip ?? base.vip,
  };
}
