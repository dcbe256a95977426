/**
 * The one interface behind which claims and the edited topology live. Everything that writes is
 * asynchronous and conditional (first writer wins, compare-and-set), so that a store shared by several
 * dispatchers fits behind it as well as one inside the process.
 *
 * Names of rooms follow `roomNameFault()`; a store rejects any other with a RangeError.
 */
import type { RoomWishes } from '../allocation/allocation.ts';

/**
 * A room's place, as handed out. What the request wished for is kept, so that placing the room anew
 * honours it.
 */
export interface Claim extends RoomWishes {
  /** Id of the node the room lives on. */
  readonly node: string;
}

export interface ClaimEntry {
  readonly room: string;
  readonly claim: Claim;
}

export interface CreateResult {
  readonly created: boolean;
  /** The claim that holds now: the caller's where `created`, else the one that was there first. */
  readonly claim: Claim;
}

export interface MoveResult {
  readonly moved: boolean;
  /** The claim that holds now; undefined where the room has none. */
  readonly claim: Claim | undefined;
}

/** Where a room is said to live. */
export interface Place {
  readonly room: string;
  readonly node: string;
}

export interface ListQuery {
  /** Only rooms of this node. */
  readonly node?: string | undefined;
  /** Begin after this room, which need not exist (any more). */
  readonly after?: string | undefined;
  /** Most entries on the page: an integer ≥ 1, else a RangeError. */
  readonly limit: number;
}

export interface ClaimPage {
  readonly entries: readonly ClaimEntry[];
  /** `after` of the page that follows; null on the last page. */
  readonly next: string | null;
}

/**
 * Claims by room. A promise that resolves says what is durable, to the degree that the store's
 * description promises; a promise that rejects says that nothing changed. Calls for one room take effect
 * in the order in which they were made.
 */
export interface ClaimStore {
  /** Only durable claims: what it answers can be passed on. */
  get(room: string): Promise<Claim | undefined>;

  /** First writer wins. */
  create(room: string, claim: Claim): Promise<CreateResult>;

  /** Replaces the claim only if it still is on `expectedNode`; else answers with what is there. */
  move(room: string, expectedNode: string, claim: Claim): Promise<MoveResult>;

  /** Removes the claim and answers with it; undefined where there was none. */
  release(room: string): Promise<Claim | undefined>;

  /**
   * One page, ordered by room in the order of UTF-8 bytes (which is that of code points). A cursor is a
   * room's name, not an offset: a room that exists throughout is seen exactly once, whatever comes and
   * goes between pages.
   */
  list(query: ListQuery): Promise<ClaimPage>;

  /**
   * Rooms handed out per node, a live view; a node without rooms is absent. `create`, `move` and
   * `release` count when they are called, before they return, unless an earlier call for the same room
   * is still under way (then, after that one). So whoever picks a node by these numbers and claims it
   * without an `await` in between can't overshoot. A write that fails is counted back.
   */
  loads(): ReadonlyMap<string, number>;

  /** Sum of `loads()`. */
  total(): number;

  /**
   * The nodes that the rooms are claimed on, in the order of the places; undefined for a room without a claim.
   * A claim on the very node that its place names is renewed, where claims expire unless somebody needs them.
   */
  renew(places: readonly Place[]): Promise<readonly (string | undefined)[]>;

  /** Whether the claim was released lately, by this process or another, as far as the store keeps that in mind. */
  released(room: string): boolean;

  /**
   * The store cannot be reached, and answers come from what was known of it last: claims made now are brought to it
   * later. Never so in a store of one process.
   */
  readonly degraded: boolean;
}

/** A topology, with the edits made by REST. Both documents are JSON values. */
export interface TopologyRecord {
  /** As the file said when it was read for this record. */
  readonly seed: unknown;
  /** As edited since. */
  readonly current: unknown;
  /** Grows with each write; ≥ 1. */
  readonly version: number;
}

export interface TopologyStore {
  read(): Promise<TopologyRecord | undefined>;
  /**
   * Compare-and-set: writes only if the version stored is `expectedVersion` (0: nothing stored yet), and
   * says whether it did. A RangeError where `record.version` isn't above `expectedVersion`, since then
   * a later writer couldn't tell that this one came before.
   */
  write(record: TopologyRecord, expectedVersion: number): Promise<boolean>;
  /**
   * Told, soon after, when the version stored is one that this process did not write; until the returned function is
   * called. Never in a store of one process.
   */
  follow(changed: () => void): () => void;
}

/**
 * What a dispatcher notes down to find again after a restart, such as what it knew of the nodes' health: one
 * JSON value by each name. Not for what replicas must agree on, since the last writer wins.
 */
export interface NoteStore {
  read(name: string): Promise<unknown>;
  /** Undefined can't be stored; null can. */
  write(name: string, value: unknown): Promise<void>;
}

/** What may happen once, and is kept in mind until it could not happen any more. */
export interface OnceStore {
  /**
   * Whether this is the first time, or the same caller's word once more, who may have lost the answer. Of callers that
   * come at once one is the first. What it says is durable as claims are; it rejects where it cannot be known.
   *
   * @param name at most 128 of A-Z a-z 0-9 _ -, else a RangeError
   * @param by tells callers apart, likewise
   * @param until milliseconds since the epoch; it may be forgotten then
   */
  take(name: string, by: string, until: number): Promise<boolean>;
}

/** A dispatcher that shares the store. */
export interface ReplicaInfo {
  /** Of the process. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly started: number;
}

/** The right to do something that one replica does at a time. */
export type LeaseAnswer =
  /** `token` grows whenever it changes hands: whoever comes with a lower one than was seen is late. */
  { readonly held: true; readonly token: number } | { readonly held: false; readonly holder: string };

/** How the dispatchers that share a store find and heed one another. Every call rejects while it does not answer. */
export interface Coordination {
  /** Of this process. */
  readonly id: string;
  /** Says that this replica is alive, for so many milliseconds. Answers with all that are, in the order of their ids. */
  beat(self: ReplicaInfo, milliseconds: number): Promise<readonly ReplicaInfo[]>;
  /** It is not any more, and nor are its verdicts. */
  leave(): Promise<void>;
  /** What this replica believes of the nodes that it probes, as JSON. */
  publish(verdicts: string): Promise<void>;
  /** What all believe, by replica. */
  verdicts(): Promise<ReadonlyMap<string, string>>;
  /** Told when another replica may have published something, until the returned function is called. */
  listen(told: () => void): () => void;
  /** Takes or renews a lease for so many milliseconds. */
  lease(name: string, milliseconds: number): Promise<LeaseAnswer>;
  /** Gives it up, where this replica has it. */
  release(name: string): Promise<void>;
}

/** The store cannot be reached in time, or does not take writes; what was asked for may have happened or not. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** No more claims fit; see `--store-max-claims`. */
export class StoreFull extends Error {
  override readonly name = 'StoreFull';
}

export interface Store {
  readonly claims: ClaimStore;
  readonly topology: TopologyStore;
  readonly notes: NoteStore;
  readonly once: OnceStore;
  /** Left out: the store is this process' own. */
  readonly coordination?: Coordination;
  /** For people: what kind of store it is and where. */
  readonly description: string;
  /**
   * Resolves while rooms can be handed out; else rejects with why not. With why it is degraded, where it is: rooms
   * can be handed out then all the same.
   */
  ready(): Promise<string | undefined>;
  /** Finishes what was asked for, then lets go of files. Calls made afterwards may reject. */
  close(): Promise<void>;
}
