import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { losesItsRooms } from '../cluster/view.ts';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { EventBus } from '../events/bus.ts';
import type { AnyEvent } from '../events/events.ts';
import { isHeard } from '../events/heard.ts';
import type { NodeRegistry } from '../nodes/registry.ts';

export interface ClaimKeeperOptions {
  readonly dispatcher: Dispatcher;
  readonly registry: NodeRegistry;
  readonly events: EventBus;
  readonly logger: Pick<Logger, 'warn'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Rooms that are looked up at once. */
const AT_ONCE = 500;
/** Conflicts that are kept in mind: those of long ago either live by now or never will. */
const MAX_CONFLICTS = 10_000;

/**
 * Keeps claims in step with where rooms live. A room that a node reports and that nobody has claimed is claimed for
 * that node: so a store that came back empty fills again. One that is claimed on another node, which can keep it,
 * is split: that is told, and left to people, since both have a say; unless it was handed out on both while the store
 * was away, or moved by another replica that saw what others did not (cut off, and alone, it goes by itself), and lives
 * on one of them only. One whose claim was released while it lives is let go: who released it will not do so once more.
 */
export class ClaimKeeper {
  readonly #options: ClaimKeeperOptions;
  readonly #ends: readonly (() => void)[];
  /** Rooms that were told as split: by where they live, where they are claimed. */
  readonly #split = new Map<string, string>();
  /** Rooms that were handed out on two nodes while the store was away, or moved while they lived; the oldest first. */
  readonly #conflicts = new Set<string>();
  /** Rooms that were released while they lived. */
  readonly #released = new Set<string>();
  #queue: Promise<void> = Promise.resolve();
  #failed = false;
  #ended = false;

  constructor(options: ClaimKeeperOptions) {
    this.#options = options;
    this.#ends = [
      options.registry.listen((change) => {
        if (change.kind === 'found')
          void this.#later(change.rooms.map((room) => [room, change.node] as const));
      }),
      options.events.listen((event) => this.#happened(event)),
    ];
  }

  /**
   * Goes through every live room: what a store that failed meanwhile has missed is made good, and what was split
   * and is no more is forgotten.
   */
  reconcile(): Promise<void> {
    const { live } = this.#options.registry;
    for (const room of this.#released) if (!live.find(room)) this.#released.delete(room);
    for (const place of this.#split.keys()) if (!live.on(...roomAndNode(place))) this.#split.delete(place);
    return this.#later([...live.all()]);
  }

  /** Takes up nothing more, and is done when what is under way is. */
  async stop(): Promise<void> {
    this.#ended = true;
    for (const end of this.#ends) end();
    await this.#queue;
  }

  /** Rooms that live on one node and are claimed on another, as far as is known. */
  get split(): number {
    return this.#split.size;
  }

  #happened(event: AnyEvent): void {
    if (event.type === 'room.claimed') this.#released.delete(event.room);
    if (event.type === 'room.conflict') this.#keepInMind(event.room);
    // Not looked at before its turn: that its node is down may be known here a little later.
    if (
      event.type === 'room.moved' &&
      isHeard(event) &&
      this.#options.registry.live.on(event.room, event.from)
    )
      this.#remember(event.room);
    // Soon, claims expire again: those of live rooms are renewed before.
    if (event.type === 'store.recovered') void this.reconcile();
    if (event.type !== 'room.released') return;
    if (this.#options.registry.live.find(event.room)) this.#released.add(event.room);
  }

  #keepInMind(room: string): void {
    this.#remember(room);
    const lives = this.#options.registry.live.find(room);
    if (lives) void this.#later([[room, lives.node]]);
  }

  #remember(room: string): void {
    this.#conflicts.delete(room);
    this.#conflicts.add(room);
    for (const oldest of this.#conflicts) {
      if (this.#conflicts.size <= MAX_CONFLICTS) break;
      this.#conflicts.delete(oldest);
    }
  }

  #later(rooms: readonly (readonly [room: string, node: string])[]): Promise<void> {
    this.#queue = this.#queue.then(() => this.#keepAll(rooms));
    return this.#queue;
  }

  async #keepAll(rooms: readonly (readonly [string, string])[]): Promise<void> {
    for (let start = 0; start < rooms.length && !this.#ended; start += AT_ONCE) {
      await this.#keepSome(rooms.slice(start, start + AT_ONCE));
      // Embedded stores answer without ever letting go of the event loop.
      await setImmediate();
    }
  }

  async #keepSome(rooms: readonly (readonly [string, string])[]): Promise<void> {
    const { dispatcher, registry, logger } = this.#options;
    const { claims } = dispatcher;
    // It may have closed while it waited for its turn; or another replica may have released it.
    const places = rooms.flatMap(([room, node]) =>
      registry.live.on(room, node) && !this.#released.has(room) && !claims.released(room)
        ? [{ room, node }]
        : [],
    );
    try {
      const claimed = await claims.renew(places);
      await Promise.all(places.map(({ room, node }, i) => this.#keep(room, node, claimed[i])));
      this.#failed = false;
    } catch (err) {
      if (!this.#failed) logger.warn({ err }, 'live rooms cannot be claimed; trying again later');
      this.#failed = true;
    }
  }

  /** @param claimed the node that it is claimed on */
  async #keep(room: string, node: string, claimed: string | undefined): Promise<void> {
    const { registry, events, now } = this.#options;
    const place = placeOf(room, node);
    const holds = claimed === node ? node : await this.#claim(room, node, claimed);
    if (holds === node || !registry.live.on(room, node)) {
      this.#split.delete(place);
      this.#conflicts.delete(room);
    } else if (this.#split.get(place) !== holds) {
      this.#split.set(place, holds);
      events.emit({ type: 'room.split', at: now(), room, live: node, claimed: holds });
    }
  }

  #claim(room: string, node: string, claimed: string | undefined): Promise<string> {
    const { dispatcher, registry } = this.#options;
    // Of a node that does not report here, nobody knows that the room does not live there.
    const elsewhere =
      claimed !== undefined && registry.report(claimed)?.connected && !registry.live.on(room, claimed);
    const keeps =
      losesItsRooms(dispatcher.snapshot.view, node, registry.live.on(room, node)?.port) === undefined;
    const settles = elsewhere && keeps && this.#conflicts.has(room);
    return settles ? dispatcher.settle(room, claimed, node) : dispatcher.adopt(room, node);
  }
}

function placeOf(room: string, node: string): string {
  return `${node}/${room}`;
}

/** Ids of nodes have no slash. */
function roomAndNode(place: string): [room: string, node: string] {
  const slash = place.indexOf('/');
  return [place.slice(slash + 1), place.slice(0, slash)];
}
