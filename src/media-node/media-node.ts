import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { VERSION } from '../version.ts';
import { mediaPorts } from './assignment.ts';
import type { BackOffOptions } from '../back-off.ts';
import { ANONYMOUS, type Access } from '../http/access.ts';
import { DispatcherLink } from './dispatcher-link.ts';
import { startListeners, type ListenersOptions } from './listeners.ts';
import { MediaWorker, type WorkerDeath } from './media-worker.ts';
import type { Mediasoup } from './mediasoup.ts';
import { createNodeMetrics, type NodeMetrics } from './metrics.ts';
import {
  PROTOCOL,
  type Assignment,
  type LeaveReason,
  type NodeStatus,
  type Registration,
} from './protocol.ts';
import { RoomNews } from './room-news.ts';
import { Rooms } from './rooms.ts';
import { SelfCheck } from './self-check.ts';
import type { Identity } from './signalling/server.ts';
import { nodeHealth, workerReport } from './status.ts';
import { now } from './timing.ts';

export interface MediaNodeOptions {
  readonly mediasoup: Mediasoup;
  readonly assignment: Assignment;
  readonly dispatchers: readonly URL[];
  /** What dispatchers are shown; default: nothing. */
  readonly access?: Access;
  /** UDP port of the plain STUN responder; null for none. */
  readonly stunPort: number | null;
  readonly tls: Identity | null;
  readonly logger: Logger;
  readonly timings?: Partial<MediaNodeTimings>;
}

export interface MediaNodeTimings {
  /** Seconds between two STUN exchanges with each worker. */
  readonly selfCheck: number;
  /** Seconds after which the last exchange no longer makes the node healthy. */
  readonly staleAfter: number;
  readonly restart: BackOffOptions;
  readonly reconnect: BackOffOptions;
  /** Seconds after which a client that answers no ping is dropped: between one and two of these. */
  readonly ping: number;
}

const DEFAULT_TIMINGS: MediaNodeTimings = {
  selfCheck: 1,
  staleAfter: 3,
  restart: { first: 0.1, most: 30 },
  reconnect: { first: 0.5, most: 15 },
  ping: 15,
};

/** Seconds between two measurements of the workers. */
const MEASURE_INTERVAL = 2;
/** Milliseconds between two looks at this process's own event loop. */
const LOOP_RESOLUTION = 10;

/** A media node at work: its workers, its rooms, its ports, and its word to the dispatchers. */
export class MediaNode {
  readonly #options: MediaNodeOptions;
  readonly #timings: MediaNodeTimings;
  readonly #started = now();
  readonly #workers: readonly MediaWorker[];
  readonly #rooms: Rooms;
  readonly #news: RoomNews;
  readonly #check: SelfCheck;
  readonly #links: readonly DispatcherLink[];
  readonly #metrics: NodeMetrics;
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION });
  readonly #measuring: NodeJS.Timeout;
  readonly #servers: { close(): void }[] = [];
  #phase: NodeStatus['phase'] = 'serving';
  #loopDelay = 0;
  #emptied: (() => void) | undefined;
  #stopping: Promise<void> | undefined;

  private constructor(options: MediaNodeOptions) {
    const { assignment, mediasoup, logger } = options;
    this.#options = options;
    this.#timings = { ...DEFAULT_TIMINGS, ...options.timings };
    this.#workers = mediaPorts(assignment).map(
      (port) =>
        new MediaWorker({
          mediasoup,
          assignment,
          port,
          restart: this.#timings.restart,
          logger,
          onDied: (worker, death) => this.#workerDied(worker, death),
          onUp: (worker) => void this.#workerUp(worker),
        }),
    );
    this.#check = new SelfCheck({
      assignment,
      workers: this.#workers,
      interval: this.#timings.selfCheck,
      staleAfter: this.#timings.staleAfter,
      logger,
    });
    this.#news = new RoomNews((message) => this.#tell((link) => link.send(message)));
    this.#rooms = new Rooms({
      workers: this.#workers,
      answers: (worker) => this.#check.answers(worker),
      onChange: (room, change) => {
        this.#news.add(room, change);
        if (change === 'closed' && this.#rooms.size === 0) this.#emptied?.();
      },
    });
    const registration = { instance: randomUUID(), version: VERSION, mediasoup: mediasoup.version };
    this.#links = options.dispatchers.map((url) => this.#link(url, registration));
    this.#metrics = createNodeMetrics({ status: () => this.status(), dispatchers: () => this.#links });
    this.#loop.enable();
    this.#measuring = setInterval(() => void this.#measure(), MEASURE_INTERVAL * 1000);
  }

  /**
   * Settles when every worker has its port and every listener its own. Fails, with all of it undone, when one
   * of them cannot.
   */
  static async start(options: MediaNodeOptions): Promise<MediaNode> {
    const node = new MediaNode(options);
    try {
      await Promise.all(node.#workers.map((worker) => worker.start()));
      await node.#check.round();
      await startListeners(node.#listenersOptions(), node.#servers);
    } catch (error) {
      await node.#shutDown();
      throw error;
    }
    for (const link of node.#links) link.start();
    return node;
  }

  status(): NodeStatus {
    const reports = this.#workers.map((worker) => workerReport(worker, this.#rooms, this.#check));
    const sum = (of: (report: (typeof reports)[number]) => number) =>
      reports.reduce((total, report) => total + of(report), 0);
    return {
      phase: this.#phase,
      healthy: this.#check.healthy,
      uptime: now() - this.#started,
      rooms: sum(({ rooms }) => rooms),
      participants: sum(({ participants }) => participants),
      producers: sum(({ producers }) => producers),
      consumers: sum(({ consumers }) => consumers),
      loopDelay: this.#loopDelay,
      workers: reports,
    };
  }

  /**
   * Opens no more rooms, waits until the last live one has ended, or for so many seconds, and stops.
   * Dispatchers are told at the beginning and at the end.
   */
  async drain(limit: number): Promise<void> {
    this.#phase = 'draining';
    this.#rooms.stopAccepting();
    this.#options.logger.info({ rooms: this.#rooms.size, limit }, 'draining');
    this.#tell((link) => link.beat());
    let timer: NodeJS.Timeout | undefined;
    const drained = await new Promise<boolean>((resolve) => {
      this.#emptied = () => resolve(true);
      timer = setTimeout(() => resolve(false), limit * 1000);
      if (this.#rooms.size === 0) resolve(true);
    });
    clearTimeout(timer);
    await this.stop(drained ? 'drained' : 'drain-limit');
  }

  /** Ends all rooms and leaves. */
  stop(reason: LeaveReason = 'stopped'): Promise<void> {
    this.#stopping ??= this.#leave(reason);
    return this.#stopping;
  }

  async #leave(reason: LeaveReason): Promise<void> {
    const rooms = this.#rooms.size;
    this.#options.logger.info({ reason, rooms }, 'leaving');
    this.#rooms.stopAccepting();
    await Promise.all(this.#links.map((link) => link.close({ type: 'bye', reason, rooms })));
    this.#rooms.closeAll('the node stops');
    await this.#shutDown();
  }

  #listenersOptions(): ListenersOptions {
    const { assignment, dispatchers, access = ANONYMOUS, stunPort, tls, logger } = this.#options;
    return {
      assignment,
      dispatchers: dispatchers.map((url) => ({ url, access })),
      stunPort,
      tls,
      logger,
      rooms: this.#rooms,
      metrics: this.#metrics,
      pingInterval: this.#timings.ping,
      healthy: () => this.#check.healthy,
      health: () => nodeHealth(this.#workers, this.#check, this.#phase),
    };
  }

  #workerDied(worker: MediaWorker, { pid, reason, restartIn }: WorkerDeath): void {
    this.#metrics.deaths.inc({ port: String(worker.port) });
    this.#news.workerDied(worker.port, { pid, reason, restartIn }, this.#rooms.lose(worker));
    this.#tell((link) => link.beat());
  }

  async #workerUp(worker: MediaWorker): Promise<void> {
    await this.#check.check(worker);
    this.#tell((link) => link.beat());
  }

  async #measure(): Promise<void> {
    await Promise.all(this.#workers.map(({ running }) => running?.meter.measure() ?? Promise.resolve()));
    // The histogram holds nanoseconds between the ticks of a timer, its own resolution among them.
    this.#loopDelay = Math.max(0, this.#loop.percentile(99) / 1e6 - LOOP_RESOLUTION);
    this.#loop.reset();
  }

  #link(url: URL, registration: Omit<Registration, 'protocol'>): DispatcherLink {
    const { assignment, access = ANONYMOUS, stunPort, logger } = this.#options;
    return new DispatcherLink({
      url,
      access,
      node: assignment.node,
      registration,
      retry: this.#timings.reconnect,
      logger,
      greeting: () => this.#greeting(registration, stunPort),
      status: () => this.status(),
      onAssignment: (told) => {
        // Its administrative state is the dispatcher's business: which rooms come here.
        const theirs: Assignment = { ...told, state: assignment.state };
        const keys = Object.keys(assignment) as (keyof Assignment)[];
        if (keys.every((key) => isDeepStrictEqual(theirs[key], assignment[key]))) return;
        logger.warn({ dispatcher: url.href, theirs }, 'the topology changed: restart this node to follow it');
      },
    });
  }

  *#greeting(registration: Omit<Registration, 'protocol'>, stunPort: number | null) {
    const { instance, version } = registration;
    const { node } = this.#options.assignment;
    yield {
      type: 'hello',
      protocol: PROTOCOL,
      node,
      instance,
      version,
      stunPort,
      status: this.status(),
    } as const;
    yield* RoomNews.all(this.#rooms.all());
  }

  #tell(say: (link: DispatcherLink) => void): void {
    for (const link of this.#links) say(link);
  }

  async #shutDown(): Promise<void> {
    clearInterval(this.#measuring);
    this.#loop.disable();
    this.#news.close();
    this.#check.close();
    for (const server of this.#servers) server.close();
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}
