import type { WorkerDeath } from './media-worker.ts';
import { MAX_ROOMS_PER_MESSAGE, type NodeMessage, type RoomReport } from './protocol.ts';
import type { Room } from './rooms.ts';

/** Seconds that new numbers of a room may wait for others to go with them. */
const PATIENCE = 1;

/**
 * Gathers what is new about rooms, and sends it: openings and closings in the same turn of the event loop, new
 * numbers within a second. A room that opened and closed meanwhile is told as closed.
 */
export class RoomNews {
  readonly #send: (message: NodeMessage) => void;
  readonly #live = new Map<string, Room>();
  readonly #closed = new Set<string>();
  #soon: NodeJS.Immediate | undefined;
  #later: NodeJS.Timeout | undefined;

  constructor(send: (message: NodeMessage) => void) {
    this.#send = send;
  }

  add(room: Room, change: 'opened' | 'changed' | 'closed'): void {
    if (change === 'closed') {
      this.#live.delete(room.name);
      this.#closed.add(room.name);
    } else {
      this.#live.set(room.name, room);
      this.#closed.delete(room.name);
    }
    if (change === 'changed') this.#later ??= setTimeout(() => this.#flush(), PATIENCE * 1000);
    else this.#soon ??= setImmediate(() => this.#flush());
  }

  /** Told at once, with the rooms that it took along; these are not told as closed once more. */
  workerDied(port: number, death: WorkerDeath, rooms: readonly string[]): void {
    for (const room of rooms) this.#closed.delete(room);
    const { pid, restartIn } = death;
    const reason = death.reason.slice(0, 256);
    for (const some of chunks(rooms)) {
      this.#send({ type: 'worker-died', port, pid, reason, restartIn, rooms: some });
    }
  }

  close(): void {
    clearImmediate(this.#soon);
    clearTimeout(this.#later);
  }

  /** All rooms, for a dispatcher that knows nothing yet. */
  static *all(rooms: Iterable<Room>): Generator<NodeMessage> {
    const reports = [...rooms].map((room) => room.report());
    for (const [i, live] of [...chunks(reports)].entries())
      yield { type: 'rooms', reset: i === 0, live, closed: [] };
  }

  #flush(): void {
    this.close();
    this.#soon = undefined;
    this.#later = undefined;
    const live = [...this.#live.values()].map((room): RoomReport => room.report());
    const closed = [...this.#closed];
    this.#live.clear();
    this.#closed.clear();
    if (closed.length > 0) {
      for (const some of chunks(closed)) this.#send({ type: 'rooms', reset: false, live: [], closed: some });
    }
    if (live.length > 0) {
      for (const some of chunks(live)) this.#send({ type: 'rooms', reset: false, live: some, closed: [] });
    }
  }
}

/** At least one, which may be empty. */
function* chunks<T>(list: readonly T[]): Generator<T[]> {
  let start = 0;
  do {
    yield list.slice(start, start + MAX_ROOMS_PER_MESSAGE);
    start += MAX_ROOMS_PER_MESSAGE;
  } while (start < list.length);
}
