/**
 * A store that several dispatchers share, made to fail static: what it says is followed into a view of this process,
 * and while it does not answer, that view does. Knows the store by `Remote` only.
 */
import { isDeepStrictEqual } from 'node:util';
import { NO_EVENTS, type EventSink } from '../../events/bus.ts';
import type { Claim, Coordination, Store } from '../store.ts';
import { ClaimView } from './claim-view.ts';
import { SharedClaims } from './claims.ts';
import { Follower } from './follower.ts';
import { Learner } from './learner.ts';
import { Link } from './link.ts';
import { SharedNotes } from './notes.ts';
import { SharedOnce } from './once.ts';
import type { Knowledge, Remote } from './remote.ts';
import { SharedTopology } from './topology.ts';

export interface SharedStoreOptions {
  readonly remote: Remote;
  readonly coordination: Coordination;
  readonly maxClaims: number;
  readonly events?: EventSink | undefined;
  readonly description: string;
  readonly pace?: Pace;
  /** Lets go of connections. */
  readonly close: () => Promise<void>;
}

/** Milliseconds. */
export interface Pace {
  /** Between two looks for changes, should nobody tell of them. */
  readonly poll: number;
  /** Between two looks for the next changes, however often it is told that there are some. */
  readonly least: number;
  /** Between two counts of all claims, and two searches for claims that nobody has renewed. */
  readonly sweep: number;
  /** Claims expire only once the store has answered for so long: their nodes must have had time to renew them. */
  readonly settle: number;
  /** Between two times that all of it is read since counts differ. */
  readonly mend: number;
}

export const PACE: Pace = { poll: 500, least: 20, sweep: 5000, settle: 30_000, mend: 60_000 };

/** Claims that are brought back, or dropped, at once. */
const BATCH = 500;
/** Changes go on while others are brought to the store: what is left after so many rounds is brought later. */
const ROUNDS = 10;

export class SharedStore implements Store {
  readonly claims: SharedClaims;
  readonly topology: SharedTopology;
  readonly notes: SharedNotes;
  readonly once: SharedOnce;
  readonly coordination: Coordination;
  readonly description: string;
  readonly #options: SharedStoreOptions;
  readonly #view = new ClaimView();
  readonly #follower: Follower;
  readonly #learner: Learner;
  readonly #link: Link;
  readonly #pace: Pace;
  readonly #timers: NodeJS.Timeout[] = [];
  #poked: NodeJS.Timeout | undefined;
  #mended = -Infinity;
  #recovery = { restored: false, brought: 0, conflicts: 0 };
  #closed: Promise<void> | undefined;

  private constructor(options: SharedStoreOptions) {
    const { remote, maxClaims, description, events = NO_EVENTS, pace = PACE } = options;
    this.#options = options;
    this.#pace = pace;
    this.description = description;
    this.coordination = options.coordination;
    this.#link = new Link({
      recover: () => this.#recover(),
      lost: (why) => {
        remote.giveUp(why);
        events.emit({ type: 'store.degraded', at: Date.now(), why });
      },
      found: (seconds) =>
        events.emit({ type: 'store.recovered', at: Date.now(), seconds, ...this.#recovery }),
    });
    const [view, link, learner] = [this.#view, this.#link, new Learner(this.#view, events)];
    this.claims = new SharedClaims({ remote, view, link, learner, maxClaims });
    this.topology = new SharedTopology(remote, this.#link);
    this.notes = new SharedNotes(remote, this.#link);
    this.once = new SharedOnce(remote, this.#link);
    this.#learner = learner;
    this.#follower = new Follower(remote, learner, (version) => this.topology.heard(version));
  }

  /** @throws what the remote says where it cannot be used from the start */
  static async open(options: SharedStoreOptions): Promise<SharedStore> {
    const store = new SharedStore(options);
    await options.remote.open();
    await store.#follower.catchUp();
    store.#learner.startTelling();
    const { poll, sweep } = store.#pace;
    store.#timers.push(
      setInterval(() => void store.#follow(), poll),
      setInterval(() => void store.#sweep(), sweep),
    );
    return store;
  }

  /** Something changed in the store. */
  poke(): void {
    this.#poked ??= setTimeout(() => {
      this.#poked = undefined;
      void this.#follow();
    }, this.#pace.least);
  }

  /** The connection to it was lost. */
  lost(why: string): void {
    this.#link.lose(why);
  }

  /** The connection to it is there again. */
  connected(): void {
    this.#link.tryNow();
  }

  /** Changes that are to be brought to it. */
  get pending(): number {
    return this.#view.pending.size;
  }

  ready(): Promise<string | undefined> {
    const { why } = this.#link;
    if (this.#closed) return Promise.reject(new Error(`the store ${this.description} is closed`));
    return Promise.resolve(why === null ? undefined : `the store does not answer: ${why}`);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#poked);
    await Promise.all([this.claims.idle(), this.notes.idle()]);
    await this.#link.end();
    await this.#options.close();
  }

  async #follow(): Promise<void> {
    await this.#quietly(async () => {
      await this.#follower.catchUp();
      if (this.#view.pending.size > 0) await this.#settle();
    });
  }

  async #sweep(): Promise<void> {
    const { remote, events = NO_EVENTS } = this.#options;
    await this.#quietly(async () => {
      await this.#recount();
      if (this.#link.wellFor < this.#pace.settle) return;
      // Else it would be read as a release by another replica.
      await this.#follower.between(async () => {
        const at = Date.now();
        for (const { room, node } of await remote.expire(BATCH)) {
          this.#learner.dropped(room);
          events.emit({ type: 'room.expired', at, room, node });
        }
      });
    });
  }

  /**
   * Whether the view and the store count alike, where nothing is under way that would explain a difference. Where they
   * don't, something went amiss, and all of it is read anew; not often, since that does not mend a store that miscounts.
   */
  async #recount(): Promise<void> {
    const { seq, loads } = await this.#options.remote.loads();
    if (!this.#view.confirmed || this.#follower.position !== seq) return;
    if (isDeepStrictEqual(new Map(loads), new Map(this.claims.loads()))) return;
    if (performance.now() - this.#mended < this.#pace.mend) return;
    this.#mended = performance.now();
    this.#follower.beginAnew();
    await this.#follower.catchUp();
  }

  /** What goes on by itself has nobody to be told: that the store is lost is told once, by the link. */
  async #quietly(work: () => Promise<void>): Promise<void> {
    if (this.claims.degraded) return;
    await this.#link.attempt(work).catch(() => undefined);
  }

  async #recover(): Promise<void> {
    this.#recovery = { restored: false, brought: 0, conflicts: 0 };
    const condition = await this.#options.remote.open();
    if (condition !== 'same') {
      await this.#restore(condition === 'lost');
      if (condition === 'other') this.#learner.beginAnew();
      this.#follower.beginAnew();
      this.#recovery.restored = true;
    }
    await this.#follower.catchUp();
    for (let round = 0; round < ROUNDS && this.#view.pending.size > 0; round++) await this.#settle();
  }

  /** @param comparable whether stamps mean the same to it; else what it knows goes before what is told */
  async #restore(comparable: boolean): Promise<void> {
    const { remote } = this.#options;
    let batch: Knowledge[] = [];
    for (const each of this.#view.knowledge()) {
      if (!comparable && !each.claim) continue;
      batch.push(comparable ? each : { ...each, stamp: 0 });
      if (batch.length < BATCH) continue;
      await remote.restore(batch);
      batch = [];
    }
    if (batch.length > 0) await remote.restore(batch);
    await this.topology.restore();
  }

  async #settle(): Promise<void> {
    const { events = NO_EVENTS } = this.#options;
    const before = this.#view.pending.size;
    const conflicts = await this.claims.settle();
    for (const { room, ours, theirs } of conflicts) this.#tell(events, room, ours, theirs);
    this.#recovery.brought += before;
    this.#recovery.conflicts += conflicts.length;
  }

  #tell(events: EventSink, room: string, ours: Claim, theirs: Claim): void {
    events.emit({ type: 'room.conflict', at: Date.now(), room, claimed: theirs.node, other: ours.node });
  }
}
