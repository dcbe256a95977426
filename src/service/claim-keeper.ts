import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { EventBus } from '../events/bus.ts';
import type { AnyEvent } from '../events/events.ts';
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

/**
 * Keeps claims in step with where rooms live. A room that a node reports and that nobody has claimed is claimed for
 * that node: so a store that came back empty fills again. One that is claimed on another node, which can keep it,
 * is split: that is told, and left to people, since both have a say. One whose claim was released while it lives is
 * let go: who released it will not do so once more.
 */
export class ClaimKeeper {
  readonly #options: ClaimKeeperOptions;
  readonly #ends: readonly (() => void)[];
  /** Rooms that were told as split: by where they live, where they are claimed. */
  readonly #split = new Map<string, string>();
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
    if (event.type !== 'room.released') return;
    if (this.#options.registry.live.find(event.room)) this.#released.add(event.room);
  }

  #later(rooms: readonly (readonly [room: string, node: string])[]): Promise<void> {
    this.#queue = this.#queue.then(() => this.#keepAll(rooms));
    return this.#queue;
  }

  async #keepAll(rooms: readonly (readonly [string, string])[]): Promise<void> {
    for (let start = 0; start < rooms.length && !this.#ended; start += AT_ONCE) {
      const some = rooms.slice(start, start + AT_ONCE);
      await Promise.all(some.map(([room, node]) => this.#keep(room, node)));
      // Embedded stores answer without ever letting go of the event loop.
      await setImmediate();
    }
  }

  async #keep(room: string, node: string): Promise<void> {
    const { dispatcher, registry, events, logger, now } = this.#options;
    // It may have closed while it waited for its turn.
    if (!registry.live.on(room, node) || this.#released.has(room)) return;
    let claimed: string;
    try {
      claimed = await dispatcher.adopt(room, node);
      this.#failed = false;
    } catch (err) {
      if (!this.#failed) logger.warn({ err }, 'live rooms cannot be claimed; trying again later');
      this.#failed = true;
      return;
    }
    const place = placeOf(room, node);
    if (claimed === node || !registry.live.on(room, node)) {
      this.#split.delete(place);
    } else if (this.#split.get(place) !== claimed) {
      this.#split.set(place, claimed);
      events.emit({ type: 'room.split', at: now(), room, live: node, claimed });
    }
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
