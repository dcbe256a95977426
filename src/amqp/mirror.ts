/** Brings the events of this replica to an exchange of a broker, as well as that can be done without waiting for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { BackOff, type BackOffOptions } from '../back-off.ts';
import type { EventBus } from '../events/bus.ts';
import type { History } from '../events/history.ts';
import { formatAmqpAddress } from './address.ts';
import { openLink, type Link, type LinkOptions } from './link.ts';
import { messageOf } from './message.ts';
import { Outbox, type Window } from './outbox.ts';

export interface AmqpMirrorOptions {
  readonly link: LinkOptions;
  readonly cluster: string;
  readonly events: EventBus;
  /** Where the events get their numbers, and wait for the broker. */
  readonly history: History;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly backOff?: BackOffOptions;
}

export interface MirrorFigures {
  readonly connected: boolean;
  /** Events that the broker has yet to confirm. */
  readonly waiting: number;
  /** Events that it took. */
  readonly confirmed: number;
  /** Events that it refused, as where a queue is full and says so. */
  readonly refused: number;
  /** Events that waited for it for too long. */
  readonly dropped: number;
  /** How often a connection was lost. */
  readonly outages: number;
}

const WINDOW: Window = { events: 500, bytes: 1024 * 1024 };
const BACK_OFF: BackOffOptions = { first: 0.5, most: 30 };
/** Events that are handed over in one go, before requests get their turn. */
const AT_ONCE = 100;
/** Milliseconds for what is on its way when the dispatcher stops. */
const FLUSH_LIMIT = 2000;

export class AmqpMirror {
  readonly #options: AmqpMirrorOptions;
  readonly #outbox: Outbox;
  readonly #backOff: BackOff;
  readonly #stopping = new AbortController();
  /** Ends a connection, an attempt at one, or a pause. */
  #turn = new AbortController();
  #to: LinkOptions;
  #unlisten: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();
  #link: Link | undefined;
  #woken = false;
  /** Called once nothing is waiting. */
  #onFlushed: () => void = () => undefined;
  /** What the log says of it last. */
  #told: string | undefined;
  #droppedBefore = 0;
  #confirmed = 0;
  #refused = 0;
  #dropped = 0;
  #outages = 0;

  constructor(options: AmqpMirrorOptions) {
    this.#options = options;
    this.#to = options.link;
    this.#backOff = new BackOff(options.backOff ?? BACK_OFF);
    this.#outbox = new Outbox(options.history, WINDOW, (count) => this.#drop(count));
  }

  get figures(): MirrorFigures {
    return {
      connected: this.#link !== undefined,
      waiting: this.#outbox.waiting,
      confirmed: this.#confirmed,
      refused: this.#refused,
      dropped: this.#dropped,
      outages: this.#outages,
    };
  }

  /** From the first event of the history on. Whether the broker is there shows later. */
  start(): void {
    this.#unlisten = this.#options.events.listen(() => this.#wake());
    this.#running = this.#run();
  }

  /** Goes on with another address, or another word about it, at once; what is not confirmed yet goes there again. */
  renew(to: LinkOptions): void {
    if (isDeepStrictEqual(to, this.#to)) return;
    this.#to = to;
    this.#turn.abort();
  }

  /** Brings what is waiting where the broker is there, for a limited time. */
  async stop(): Promise<void> {
    this.#unlisten();
    if (this.#link && this.#outbox.waiting > 0) {
      const limit = new AbortController();
      const flushed = new Promise<void>((resolve) => (this.#onFlushed = resolve));
      const late = sleep(FLUSH_LIMIT, undefined, limit).catch(() => undefined);
      await Promise.race([flushed, late, this.#link.lost]);
      limit.abort();
    }
    this.#stopping.abort();
    await this.#link?.close();
    await this.#running;
    const { waiting } = this.#outbox;
    if (waiting > 0) this.#options.logger.warn({ waiting }, 'RabbitMQ did not get all events before the end');
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#turn = new AbortController();
      await this.#take(this.#turn.signal);
    }
  }

  /** One connection, or an attempt at one, and the pause after it. */
  async #take(turn: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, turn]);
    const why = await this.#session(turn, signal).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (signal.aborted) return;
    this.#tellAway(why);
    await sleep(this.#backOff.next() * 1000, undefined, { signal }).catch(() => undefined);
  }

  /** From one connection to its end, and why it ended. */
  async #session(turn: AbortSignal, signal: AbortSignal): Promise<string> {
    const link = await openLink(this.#to, signal);
    if (signal.aborted) {
      await link.close();
      return 'stopping';
    }
    this.#link = link;
    const leave = () => {
      // Nothing more is handed to it; what it confirms until it is closed counts.
      this.#link = undefined;
      void link.close();
    };
    turn.addEventListener('abort', leave);
    this.#tellThere();
    this.#wake();
    const why = await link.lost;
    turn.removeEventListener('abort', leave);
    this.#link = undefined;
    this.#outbox.rewind();
    if (!turn.aborted) this.#outages++;
    await link.close();
    return why;
  }

  /** Soon, and once for whatever happens until then: whoever tells of an event does not wait. */
  #wake(): void {
    if (this.#woken) return;
    this.#woken = true;
    setImmediate(() => {
      this.#woken = false;
      this.#pump();
    });
  }

  #pump(): void {
    const link = this.#link;
    for (let count = 0; link?.open && count < AT_ONCE; count++) {
      const event = this.#outbox.take();
      if (!event) return;
      link.publish(messageOf(event, this.#options.cluster), (taken) => this.#settle(event.seq, taken));
    }
    if (link?.open) this.#wake();
    else this.#outbox.forget();
  }

  #settle(seq: number, taken: boolean): void {
    this.#outbox.settle(seq);
    if (taken) this.#confirmed++;
    else this.#refused++;
    // Not before: a broker that lets in, and ends the connection at the first message, is not to be asked at once again.
    this.#backOff.reset();
    if (this.#outbox.waiting === 0) this.#onFlushed();
    this.#wake();
  }

  #drop(count: number): void {
    if (this.#dropped === this.#droppedBefore)
      this.#options.logger.warn('RabbitMQ took no events for so long that the oldest are dropped');
    this.#dropped += count;
  }

  #tellAway(why: string): void {
    if (why === this.#told) return;
    this.#told = why;
    this.#options.logger.warn({ why }, `RabbitMQ at ${this.#place} takes no events; the latest wait for it`);
  }

  #tellThere(): void {
    this.#outbox.forget();
    const dropped = this.#dropped - this.#droppedBefore;
    this.#droppedBefore = this.#dropped;
    this.#told = undefined;
    this.#options.logger.info(
      { waiting: this.#outbox.waiting, dropped },
      `events go to RabbitMQ at ${this.#place}, exchange ${this.#to.exchange}`,
    );
  }

  get #place(): string {
    return formatAmqpAddress(this.#to.address);
  }
}
