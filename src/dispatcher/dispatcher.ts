/**
 * One replica of the service: the current snapshot of the cluster, and the store of claims. All decisions
 * are pure functions of the two; this class only orders reads, decisions and writes.
 */
import type { Allocation, RoomWishes } from '../allocation/allocation.ts';
import { NO_WISHES } from '../allocation/allocation.ts';
import { claimedOn, placeAnew, type Outcome } from '../allocation/allocate.ts';
import { Snapshot } from '../allocation/snapshot.ts';
import { clusterView, losesItsRooms, type HealthState } from '../cluster/view.ts';
import type { Claim, ClaimStore } from '../store/store.ts';
import type { Topology } from '../topology/model.ts';

export type ClaimResult =
  /** `created`: first claim. `moved`: placed anew, its node had lost its rooms. `kept`: as before. */
  | { readonly result: 'created' | 'moved' | 'kept'; readonly allocation: Allocation }
  | { readonly result: 'refused'; readonly passedOver: Extract<Outcome, { placed: false }>['passedOver'] };

export type Lookup =
  | { readonly found: 'claim'; readonly allocation: Allocation }
  /** Claimed on a node that lost its rooms; the next `claim()` places it anew. */
  | { readonly found: 'displaced'; readonly from: string; readonly why: string }
  | { readonly found: 'nothing' };

/** How often a claim is tried again when another client changes the same room in between. */
const MAX_RACES = 8;

export class Dispatcher {
  private current: Snapshot;
  private readonly listeners: ((snapshot: Snapshot) => void)[] = [];

  constructor(
    readonly claims: ClaimStore,
    topology: Topology,
  ) {
    this.current = new Snapshot(clusterView(topology));
  }

  get snapshot(): Snapshot {
    return this.current;
  }

  /** Called after every change of the view, with the new snapshot. */
  onChange(listener: (snapshot: Snapshot) => void): void {
    this.listeners.push(listener);
  }

  setTopology(topology: Topology): void {
    this.replace(new Snapshot(clusterView(topology, this.current.view.health)));
  }

  setHealth(health: ReadonlyMap<string, HealthState>): void {
    this.replace(new Snapshot(clusterView(this.current.view.topology, health)));
  }

  /** Hands out a place for the room. Idempotent: a room that has one keeps it, unless its node lost it. */
  async claim(room: string, wishes: Partial<RoomWishes> = {}): Promise<ClaimResult> {
    for (let attempt = 0; attempt < MAX_RACES; attempt++) {
      const held = await this.claims.get(room);
      const result = held ? await this.keepOrMove(room, held, wishes) : await this.create(room, wishes);
      if (result) return result;
    }
    throw new Error(`room ${JSON.stringify(room)} changed ${MAX_RACES} times while it was being claimed`);
  }

  async lookup(room: string): Promise<Lookup> {
    const held = await this.claims.get(room);
    if (!held) return { found: 'nothing' };
    const allocation = claimedOn(this.current, room, held.node);
    if (allocation) return { found: 'claim', allocation };
    const why = losesItsRooms(this.current.view, held.node) ?? 'moved';
    return { found: 'displaced', from: held.node, why };
  }

  /** What `claim()` would answer now. Changes nothing. */
  async preview(room: string, wishes: Partial<RoomWishes> = {}): Promise<Outcome> {
    const held = await this.claims.get(room);
    const allocation = held && claimedOn(this.current, room, held.node);
    if (allocation) return { placed: true, allocation };
    return placeAnew(this.current, room, wishesFor(held, wishes), this.claims, held?.node);
  }

  /** The node that the room is claimed on, if it is, and the wishes that `claim()` with these would go by. */
  async standing(
    room: string,
    wishes: Partial<RoomWishes> = {},
  ): Promise<{ readonly heldOn: string | undefined; readonly wishes: RoomWishes }> {
    const held = await this.claims.get(room);
    const kept = held !== undefined && claimedOn(this.current, room, held.node) !== undefined;
    // Whoever asks for a room that has its place gets that place, whatever the wishes are.
    return { heldOn: held?.node, wishes: wishesFor(held, kept ? {} : wishes) };
  }

  private async keepOrMove(
    room: string,
    held: Claim,
    wishes: Partial<RoomWishes>,
  ): Promise<ClaimResult | undefined> {
    const kept = claimedOn(this.current, room, held.node);
    if (kept) return { result: 'kept', allocation: kept };
    const wanted = wishesFor(held, wishes);
    const outcome = placeAnew(this.current, room, wanted, this.claims, held.node);
    if (!outcome.placed) return { result: 'refused', passedOver: outcome.passedOver };
    const claim = { node: outcome.allocation.node.id, ...wanted };
    const { moved } = await this.claims.move(room, held.node, claim);
    return moved ? { result: 'moved', allocation: outcome.allocation } : undefined;
  }

  private async create(room: string, wishes: Partial<RoomWishes>): Promise<ClaimResult | undefined> {
    const wanted = wishesFor(undefined, wishes);
    // No await between this decision and create(), which counts the room at once: a burst of rooms
    // cannot all see the same node as empty.
    const outcome = placeAnew(this.current, room, wanted, this.claims);
    if (!outcome.placed) return { result: 'refused', passedOver: outcome.passedOver };
    const { created } = await this.claims.create(room, { node: outcome.allocation.node.id, ...wanted });
    return created ? { result: 'created', allocation: outcome.allocation } : undefined;
  }

  private replace(snapshot: Snapshot): void {
    this.current = snapshot;
    for (const listener of this.listeners) listener(snapshot);
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
