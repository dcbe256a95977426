import { NO_EVENTS, type EventSink } from '../../events/bus.ts';
import type { RoomEvent } from '../../events/events.ts';
import type { Claim } from '../store.ts';
import type { ClaimView, Pending } from './claim-view.ts';
import type { Change, Written } from './remote.ts';

/**
 * Brings into the view what the store says, and tells what other replicas did: whoever follows the events of one
 * replica hears of every room. What this one did itself is told by who did it, so it is not told again here. Changes
 * of one room that are read at once are told as one: what became of it.
 *
 * Answers to writes and changes that are read come by two ways, and either may be ahead: the count of all changes tells
 * which is later, so that an older word never takes the place of a newer one, and all of it is told in that order.
 */
export class Learner {
  readonly #view: ClaimView;
  readonly #events: EventSink;
  /** Rooms that this replica is releasing: the claim that went meanwhile, by this release or by another's. */
  readonly #releasing = new Map<string, Claim | undefined>();
  /** Up to which count the view knows these rooms, from answers, beyond what was read of changes. */
  readonly #ahead = new Map<string, number>();
  /** To be told soon: who did something before is about to tell that. */
  #news: { readonly seq: number; readonly event: RoomEvent }[] = [];
  #position = 0;
  #telling = false;

  constructor(view: ClaimView, events: EventSink = NO_EVENTS) {
    this.#view = view;
    this.#events = events;
  }

  /** What is learned from now on is news; before, it was what a replica that starts finds. */
  startTelling(): void {
    this.#telling = true;
  }

  /** A change was read. */
  read(change: Change): void {
    const { room, seq, own } = change;
    if ((this.#ahead.get(room) ?? 0) > seq) return;
    const before = this.#view.held(room);
    this.#view.learn(change);
    if (own) return;
    const now = this.#view.held(room);
    if (before && !now && this.#releasing.has(room)) this.#releasing.set(room, before);
    else this.#tell(room, before, now, seq);
  }

  /** All changes up to this count were read. */
  reached(position: number): void {
    this.#position = position;
    for (const [room, seq] of this.#ahead) if (seq <= position) this.#ahead.delete(room);
  }

  /** The store has answered a write. What was before it has been told when this returns. */
  answered(room: string, written: Written): void {
    const { done, held, seq } = written;
    const before = this.#view.held(room);
    const read = this.#take(room, written);
    if (!done) this.#tell(room, before, this.#view.held(room), seq);
    this.flush(seq);
    if (!done || !held || !read) return;
    // Later changes were read before the answer came: they followed what this replica did.
    this.#news = this.#news.filter(({ event }) => event.room !== room);
    this.#tell(room, held.claim, this.#view.held(room), this.#position);
  }

  /** The store has answered to a change that was made without it. Where that differs, somebody else tells. */
  settled(change: Pending, written: Written): void {
    this.#take(change.room, written);
    this.#view.done(change);
    if (!change.claim) this.#tell(change.room, undefined, this.#view.held(change.room), written.seq);
  }

  /**
   * Who released a room is not written anywhere: while this replica does, nothing is told of it.
   *
   * @returns to be called when that is over, with whether it was this release
   */
  releasing(room: string): (own: boolean) => void {
    this.#releasing.set(room, undefined);
    return (own) => {
      const gone = this.#releasing.get(room);
      this.#releasing.delete(room);
      if (!own && gone) this.#tell(room, gone, this.#view.held(room), this.#position);
    };
  }

  /** This replica dropped the claim, while no changes were being read. */
  dropped(room: string): void {
    this.#view.learn({ room, claim: undefined, stamp: 0 });
  }

  /** The store has claims for these rooms, and knew of no others when it had counted so many changes. */
  keepOnly(rooms: ReadonlySet<string>, seq: number): void {
    for (const room of this.#view.beyond(rooms, seq))
      this.read({ room, claim: undefined, stamp: 0, seq, own: false });
  }

  /** The store is another than the one that said all this: its counts mean nothing any more. */
  beginAnew(): void {
    this.flush();
    this.#ahead.clear();
    this.#position = 0;
    this.#view.forgetWhen();
  }

  /** Tells what waits to be told, up to that count. */
  flush(upTo = Infinity): void {
    const due = this.#news.filter(({ seq }) => seq <= upTo);
    this.#news = this.#news.filter(({ seq }) => seq > upTo);
    for (const { event } of due) this.#events.emit(event);
  }

  /** @returns whether it was known already, with all that came after it */
  #take(room: string, { done, held, seq }: Written): boolean {
    if (this.#position >= seq) return true;
    this.#ahead.set(room, seq);
    // What was released by this very call is so from now on; of what was not there, nothing is known.
    this.#view.learn(held ? { room, ...held } : { room, claim: undefined, stamp: done ? seq : 0 });
    return false;
  }

  #tell(room: string, before: Claim | undefined, now: Claim | undefined, seq: number): void {
    if (!this.#telling || before?.node === now?.node) return;
    const common = { at: Date.now(), room, by: 'replica' } as const;
    if (!now) this.#later(seq, { type: 'room.released', ...common, node: before?.node ?? '' });
    else if (!before) this.#later(seq, { type: 'room.claimed', ...common, node: now.node });
    else {
      const why = 'another replica moved it';
      this.#later(seq, { type: 'room.moved', ...common, from: before.node, to: now.node, why });
    }
  }

  #later(seq: number, event: RoomEvent): void {
    if (this.#news.push({ seq, event }) === 1) setImmediate(() => this.flush());
  }
}
