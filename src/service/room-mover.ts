import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { losesItsRooms } from '../cluster/view.ts';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../health/clock.ts';
import { hashRoom } from '../placement/hash.ts';
import { MovePace } from './move-pace.ts';

export interface RoomMoverOptions {
  readonly dispatcher: Dispatcher;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

interface Move {
  readonly room: string;
  /** Whose turn it takes. */
  readonly to: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Rooms of one page of claims. */
const PAGE = 500;
/** Moves that are planned at once; what is beyond them is found when these are done. */
const MAX_PLANNED = 50_000;

/**
 * Moves the rooms of lost nodes, at most `placement.movesPerSecond` to one node in a second, so that their clients,
 * who hear of it by `room.moved`, do not all connect at once. The order is that of the rooms' hashes: replicas that
 * see the same come to the same turns, and the first of them moves a room. Whoever asks for a room meanwhile is
 * answered at once, and it has moved then. While the store does not answer, nothing is moved that nobody asks for.
 */
export class RoomMover {
  readonly #options: RoomMoverOptions;
  readonly #ends: readonly (() => void)[];
  readonly #pace = new MovePace();
  /** Sooner ones first. */
  #planned: Move[] = [];
  readonly #rooms = new Set<string>();
  #cancel: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();
  /** To look once more after what is under way. */
  #pending = false;
  #failed = false;
  #ended = false;

  constructor(options: RoomMoverOptions) {
    this.#options = options;
    this.#ends = [
      options.dispatcher.onChange(() => this.look()),
      options.events.listen(({ type }) => {
        if (type === 'store.recovered') this.look();
      }),
    ];
  }

  /** Plans moves for the rooms of nodes that are lost now. */
  look(): void {
    if (this.#pending || this.#ended) return;
    this.#pending = true;
    this.#later(() => {
      this.#pending = false;
      return this.#plan();
    });
  }

  async stop(): Promise<void> {
    this.#ended = true;
    for (const end of this.#ends) end();
    this.#cancel?.();
    await this.#work;
  }

  #later(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).then(
      () => {
        this.#failed = false;
      },
      (err: unknown) => {
        if (!this.#failed) this.#options.logger.warn({ err }, 'rooms of lost nodes cannot be moved');
        this.#failed = true;
      },
    );
  }

  async #plan(): Promise<void> {
    const { dispatcher } = this.#options;
    const perSecond = dispatcher.declared.placement.movesPerSecond;
    if (perSecond === null || dispatcher.claims.degraded) {
      this.#forget();
      return;
    }
    const rooms = await this.#displaced();
    for (const room of rooms.sort(byHash)) {
      if (this.#ended || this.#planned.length >= MAX_PLANNED) break;
      await this.#take(room, perSecond);
    }
    this.#planned.sort(byTurn);
    this.#wait();
  }

  /** Takes a turn of the node that the room would go to now. */
  async #take(room: string, perSecond: number): Promise<void> {
    const to = await this.#target(room);
    if (to === undefined) return;
    const at = this.#pace.reserve(to, perSecond, this.#options.clock.now());
    this.#planned.push({ room, to, at });
    this.#rooms.add(room);
  }

  /** Undefined where it has its place again, or where there is none for it yet. */
  async #target(room: string): Promise<string | undefined> {
    const outcome = await this.#options.dispatcher.preview(room);
    return outcome.placed && outcome.allocation.moved ? outcome.allocation.node.id : undefined;
  }

  /** Rooms that are claimed on nodes which lost theirs, and not planned for yet. */
  async #displaced(): Promise<string[]> {
    const { claims, snapshot } = this.#options.dispatcher;
    const lost = [...claims.loads().keys()].filter(
      (node) => losesItsRooms(snapshot.view, node) !== undefined,
    );
    const rooms: string[] = [];
    for (const node of lost) {
      let after: string | undefined;
      do {
        const page = await claims.list({ node, after, limit: PAGE });
        rooms.push(...page.entries.map(({ room }) => room).filter((room) => !this.#rooms.has(room)));
        after = page.next ?? undefined;
        // Embedded stores answer without ever letting go of the event loop.
        await setImmediate();
      } while (after !== undefined && rooms.length < MAX_PLANNED && !this.#ended);
    }
    return rooms;
  }

  #forget(): void {
    this.#planned = [];
    this.#rooms.clear();
  }

  /** For the next turn. */
  #wait(): void {
    this.#cancel?.();
    const [first] = this.#planned;
    if (!first || this.#ended) return;
    const { clock } = this.#options;
    this.#cancel = clock.after(Math.max(0, first.at - clock.now()), () => this.#later(() => this.#move()));
  }

  /** Those whose turn it is. */
  async #move(): Promise<void> {
    const { dispatcher, clock } = this.#options;
    const now = clock.now();
    const later = this.#planned.findIndex(({ at }) => at > now);
    const due = this.#planned.splice(0, later < 0 ? this.#planned.length : later);
    for (const { room } of due) this.#rooms.delete(room);
    const perSecond = dispatcher.declared.placement.movesPerSecond;
    for (const { room, to } of due) {
      if (perSecond === null || dispatcher.claims.degraded || this.#ended) break;
      const target = await this.#target(room);
      if (target === to) await dispatcher.claim(room);
      // Loads have changed since: it goes elsewhere, in a turn of that node.
      else if (target !== undefined) await this.#take(room, perSecond);
    }
    this.#planned.sort(byTurn);
    if (this.#planned.length === 0 && due.length > 0) this.look();
    this.#wait();
  }
}

function byHash(a: string, b: string): number {
  return hashRoom(a) - hashRoom(b);
}

function byTurn(a: Move, b: Move): number {
  return a.at - b.at;
}
