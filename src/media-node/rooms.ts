import { MEDIA_CODECS, type Router } from './mediasoup.ts';
import type { MediaWorker, RunningWorker } from './media-worker.ts';
import type { RoomReport } from './protocol.ts';
import { within } from './timing.ts';

/** Seconds for a worker to make a router. */
const ROUTER_LIMIT = 5;

/** Someone in a room, as the room sees them. */
export interface Participant {
  readonly id: string;
  readonly producers: ReadonlyMap<string, { readonly id: string; readonly kind: 'audio' | 'video' }>;
  readonly consumers: number;
  notify(event: string, data: object): void;
  /** The room is over; the reason is for the client. */
  dismiss(reason: string): void;
}

/** One room, whole on one worker. */
export class Room {
  readonly participants = new Map<string, Participant>();

  constructor(
    readonly name: string,
    readonly port: number,
    readonly running: RunningWorker,
    readonly router: Router,
  ) {}

  count(): { participants: number; producers: number; consumers: number } {
    let producers = 0;
    let consumers = 0;
    for (const participant of this.participants.values()) {
      producers += participant.producers.size;
      consumers += participant.consumers;
    }
    return { participants: this.participants.size, producers, consumers };
  }

  report(): RoomReport {
    const { participants, consumers } = this.count();
    return { room: this.name, port: this.port, participants, consumers };
  }

  /** To all but the one that caused it. */
  tell(except: string, event: string, data: object): void {
    for (const participant of this.participants.values()) {
      if (participant.id !== except) participant.notify(event, data);
    }
  }
}

/** Why a room cannot be opened here now. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
  constructor(
    readonly code: 'draining' | 'unavailable',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface RoomsOptions {
  readonly workers: readonly MediaWorker[];
  /** Whether the worker has answered of late; rooms are opened on no other. */
  readonly answers: (worker: MediaWorker) => boolean;
  /** The room opened, closed, or has new numbers. */
  readonly onChange: (room: Room, change: 'opened' | 'changed' | 'closed') => void;
}

/** The live rooms of a node, each on the worker that had the least to do when it opened. */
export class Rooms {
  readonly #options: RoomsOptions;
  readonly #live = new Map<string, Room>();
  readonly #opening = new Map<string, { readonly port: number; readonly room: Promise<Room> }>();
  #accepting = true;

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#live.size;
  }

  get(name: string): Room | undefined {
    return this.#live.get(name);
  }

  all(): Iterable<Room> {
    return this.#live.values();
  }

  on(worker: MediaWorker): Room[] {
    return [...this.#live.values()].filter((room) => room.port === worker.port);
  }

  /** From now on only rooms that are live are joined. */
  stopAccepting(): void {
    this.#accepting = false;
  }

  /**
   * Takes the participant into the live room of that name, or into a new one.
   * @throws NoRoomError
   */
  async join(name: string, participant: Participant): Promise<Room> {
    for (;;) {
      const room = this.#live.get(name) ?? (await this.#open(name));
      // Whoever opened it together with this one may have left already.
      if (this.#live.get(name) !== room) continue;
      room.participants.set(participant.id, participant);
      this.#options.onChange(room, 'changed');
      return room;
    }
  }

  /** A room that nobody is in any more is closed. */
  leave(room: Room, participant: Participant): void {
    if (!room.participants.delete(participant.id)) return;
    if (room.participants.size > 0) this.#options.onChange(room, 'changed');
    else this.#close(room);
  }

  /** Numbers of the room changed, such as its consumers. */
  changed(room: Room): void {
    if (this.#live.get(room.name) === room) this.#options.onChange(room, 'changed');
  }

  /** Ends all rooms of a worker that died, and returns their names. */
  lose(worker: MediaWorker): string[] {
    const lost = this.on(worker);
    for (const room of lost) this.#dismiss(room, 'the media worker of this room died');
    return lost.map(({ name }) => name);
  }

  closeAll(reason: string): void {
    for (const room of [...this.#live.values()]) this.#dismiss(room, reason);
  }

  #dismiss(room: Room, reason: string): void {
    const participants = [...room.participants.values()];
    room.participants.clear();
    this.#close(room);
    for (const participant of participants) participant.dismiss(reason);
  }

  #close(room: Room): void {
    if (this.#live.get(room.name) !== room) return;
    this.#live.delete(room.name);
    if (!room.router.closed) room.router.close();
    this.#options.onChange(room, 'closed');
  }

  #open(name: string): Promise<Room> {
    const existing = this.#opening.get(name);
    if (existing) return existing.room;
    if (!this.#accepting) throw new NoRoomError('draining', 'this node is about to stop and opens no rooms');
    const worker = this.#leastLoaded();
    const running = worker?.running;
    if (!worker || !running) throw new NoRoomError('unavailable', 'no media worker of this node answers');
    const opening = this.#create(name, worker.port, running).finally(() => this.#opening.delete(name));
    this.#opening.set(name, { port: worker.port, room: opening });
    return opening;
  }

  async #create(name: string, port: number, running: RunningWorker): Promise<Room> {
    const creating = running.worker.createRouter({ mediaCodecs: [...MEDIA_CODECS] });
    const router = await within(ROUTER_LIMIT, 'opening a room', creating, (late) => late.close()).catch(
      (cause: unknown) => {
        throw new NoRoomError('unavailable', 'the media worker did not open the room', { cause });
      },
    );
    const room = new Room(name, port, running, router);
    this.#live.set(name, room);
    this.#options.onChange(room, 'opened');
    return room;
  }

  /**
   * By what was handed out, never by what was measured: of a burst of rooms each one counts at once. A room, a
   * participant, a producer and a consumer count one each, rooms that are being opened too. Among equals the
   * lowest port, so that it can be foreseen.
   */
  #leastLoaded(): MediaWorker | undefined {
    const loads = new Map<number, number>();
    const add = (port: number, load: number) => loads.set(port, (loads.get(port) ?? 0) + load);
    for (const { port } of this.#opening.values()) add(port, 1);
    for (const room of this.#live.values()) {
      const { participants, producers, consumers } = room.count();
      add(room.port, 1 + participants + producers + consumers);
    }
    const candidates = this.#options.workers.filter(
      (worker) => worker.running && this.#options.answers(worker),
    );
    return candidates.reduce<MediaWorker | undefined>((best, worker) => {
      if (!best) return worker;
      return (loads.get(worker.port) ?? 0) < (loads.get(best.port) ?? 0) ? worker : best;
    }, undefined);
  }
}
