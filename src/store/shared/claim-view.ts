import { ClaimTable } from '../claim-table.ts';
import type { Claim } from '../store.ts';
import type { Knowledge, Stamped } from './remote.ts';

/** A change that was made while the store was away, and is to be brought to it. */
export interface Pending {
  readonly room: string;
  /** The node that the room was claimed on before; undefined: it had no claim. */
  readonly base: string | undefined;
  /** Undefined: it was released. */
  readonly claim: Claim | undefined;
}

/** Releases that are kept in mind. */
export const MAX_RELEASES = 10_000;

/**
 * What one replica knows of all claims: as the store said, and over that what it has handed out itself and the store
 * has not confirmed. So loads count every claim once, at once, whoever made it.
 */
export class ClaimView {
  readonly #known = new Map<string, Stamped>();
  /** Stamps of releases; the oldest first. */
  readonly #gone = new Map<string, number>();
  /** Claims under way: what the room will have if the store agrees. */
  readonly #assumed = new Map<string, Claim | undefined>();
  readonly #pending = new Map<string, Pending>();
  /** All of it together. */
  readonly #table = new ClaimTable();

  get table(): Pick<ClaimTable, 'loads' | 'total' | 'page'> {
    return this.#table;
  }

  /** What can be passed on: what the store said, or what was promised without it. */
  held(room: string): Claim | undefined {
    const pending = this.#pending.get(room);
    return pending ? pending.claim : this.#known.get(room)?.claim;
  }

  /** Whether the store said, or this replica noted, that the claim was released. */
  released(room: string): boolean {
    const pending = this.#pending.get(room);
    return pending ? pending.claim === undefined : this.#gone.has(room);
  }

  /** What the store says. */
  learn({ room, claim, stamp }: Knowledge): void {
    this.#gone.delete(room);
    if (claim) {
      this.#known.set(room, { claim, stamp });
    } else {
      this.#known.delete(room);
      if (stamp > 0) this.#gone.set(room, stamp);
      for (const oldest of this.#gone.keys()) {
        if (this.#gone.size <= MAX_RELEASES) break;
        this.#gone.delete(oldest);
      }
    }
    this.#settle(room);
  }

  /** Counts a change that the store is being asked for, until the returned function is called. */
  assume(room: string, claim: Claim | undefined): () => void {
    this.#assumed.set(room, claim);
    this.#settle(room);
    return () => {
      this.#assumed.delete(room);
      this.#settle(room);
    };
  }

  /** A change made without the store. */
  note(room: string, claim: Claim | undefined): void {
    const before = this.#pending.get(room);
    const base = before ? before.base : this.#known.get(room)?.claim.node;
    if (claim === undefined && base === undefined) this.#pending.delete(room);
    else this.#pending.set(room, { room, base, claim });
    this.#settle(room);
  }

  /** By room. */
  get pending(): ReadonlyMap<string, Pending> {
    return this.#pending;
  }

  /** Whether the store has confirmed all of it. */
  get confirmed(): boolean {
    return this.#assumed.size === 0 && this.#pending.size === 0;
  }

  /** The change was brought to the store, unless there is another one of that room by now. */
  done(change: Pending): void {
    if (this.#pending.get(change.room) !== change) return;
    this.#pending.delete(change.room);
    this.#settle(change.room);
  }

  /** All that the store ever said and that still holds, oldest releases first. */
  *knowledge(): Generator<Knowledge> {
    for (const [room, stamp] of this.#gone) yield { room, claim: undefined, stamp };
    for (const [room, { claim, stamp }] of this.#known) yield { room, claim, stamp };
  }

  /** Other rooms that the store said something of, when it had not counted more changes than that. */
  beyond(rooms: ReadonlySet<string>, seq: number): string[] {
    const beyond = (stamp: number, room: string): boolean => stamp <= seq && !rooms.has(room);
    return [
      ...[...this.#known].filter(([room, { stamp }]) => beyond(stamp, room)).map(([room]) => room),
      ...[...this.#gone].filter(([room, stamp]) => beyond(stamp, room)).map(([room]) => room),
    ];
  }

  /** The store is another than the one that said it: when that was means nothing there. */
  forgetWhen(): void {
    this.#gone.clear();
    for (const [room, { claim }] of this.#known) this.#known.set(room, { claim, stamp: 0 });
  }

  #settle(room: string): void {
    this.#table.set(room, this.#assumed.has(room) ? this.#assumed.get(room) : this.held(room));
  }
}
