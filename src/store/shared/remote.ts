/** What a store outside the process can do, as `SharedStore` needs it. Every call may reject, for reasons of the network. */
import type { Claim, ClaimPage, ListQuery, Place, TopologyRecord } from '../store.ts';

/** A claim, and the count of all changes at which it was made: of two claims of one room, the higher is the later. */
export interface Stamped {
  readonly claim: Claim;
  readonly stamp: number;
}

/** What is known of a room. Without a claim: it was released at that stamp. */
export interface Knowledge {
  readonly room: string;
  readonly claim: Claim | undefined;
  readonly stamp: number;
}

/** A write by condition: whether it was done, and what holds now. */
export interface Written {
  readonly done: boolean;
  readonly held: Stamped | undefined;
  /** Count of all changes by now. */
  readonly seq: number;
}

export interface Release extends Written {
  /** What held before. */
  readonly released: Claim | undefined;
}

/** @see Learner */
export interface Change extends Knowledge {
  /** Count of all changes with this one. */
  readonly seq: number;
  /** This process made the claim. Of a release nobody knows. */
  readonly own: boolean;
}

export interface Changes {
  /** Oldest first; fewer than the limit: these were all. */
  readonly changes: readonly Change[];
  /** Count of all changes by now. */
  readonly seq: number;
  /** Where the next page begins. */
  readonly next: number;
  /** Releases were forgotten since: only a reader who begins with nothing gets a true picture. */
  readonly tooOld: boolean;
  /** Of the topology; 0: there is none. */
  readonly topology: number;
}

/** Rooms per node, as the store counts them, and the count of all changes at which that was so. */
export interface Counted {
  readonly seq: number;
  readonly loads: ReadonlyMap<string, number>;
}

/**
 * How it is found when a connection is taken up: `same`; `lost`: it is empty, or forgot what was seen before, or has
 * been brought back since by another replica; `other`: what it has was never seen, so that stamps cannot be compared.
 */
export type Condition = 'same' | 'lost' | 'other';

export interface Remote {
  open(): Promise<Condition>;
  /** It is lost: what waits to be asked rejects now, instead of each in vain later. */
  giveUp(why: string): void;
  get(room: string): Promise<Stamped | undefined>;
  create(room: string, claim: Claim): Promise<Written>;
  move(room: string, expectedNode: string, claim: Claim): Promise<Written>;
  release(room: string): Promise<Release>;
  list(query: ListQuery): Promise<ClaimPage>;
  renew(places: readonly Place[]): Promise<readonly (string | undefined)[]>;
  /** Drops up to so many claims that nobody has renewed. */
  expire(limit: number): Promise<readonly Place[]>;
  /** @param anew the caller begins with nothing */
  changes(since: number, limit: number, anew: boolean): Promise<Changes>;
  /** Tells what was lost; later stamps hold. */
  restore(known: readonly Knowledge[]): Promise<void>;
  /** A change that was made without it: a claim, or a release, of a room that was on `base` before. */
  settle(room: string, base: string | undefined, claim: Claim | undefined): Promise<Written>;
  loads(): Promise<Counted>;
  readTopology(): Promise<TopologyRecord | undefined>;
  writeTopology(record: TopologyRecord, expectedVersion: number): Promise<boolean>;
  /** Writes only where the version there is lower. */
  restoreTopology(record: TopologyRecord): Promise<void>;
  readNote(name: string): Promise<string | undefined>;
  writeNote(name: string, json: string): Promise<void>;
  /** As `OnceStore` says, for so many milliseconds. */
  takeOnce(name: string, by: string, milliseconds: number): Promise<boolean>;
}
