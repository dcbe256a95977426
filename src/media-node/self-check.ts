import type { Logger } from 'pino';
import { bindingRequest, exchange } from '../stun/exchange.ts';
import { directAddress } from './assignment.ts';
import type { Assignment } from './protocol.ts';
import type { MediaWorker } from './media-worker.ts';
import { now } from './timing.ts';

export interface SelfCheckOptions {
  readonly assignment: Assignment;
  readonly workers: readonly MediaWorker[];
  /** Seconds between two exchanges with a worker. */
  readonly interval: number;
  /** Seconds after which the last answer is too old: longer than the interval and an exchange's timeout. */
  readonly staleAfter: number;
  readonly logger: Logger;
}

/** Milliseconds to wait for one answer; on the host itself it takes well under one. */
const TIMEOUT = 1000;

/**
 * Asks every worker of this node by its media port, as a client would, and remembers when it last answered.
 * What the worker's control channel or its process says does not count: only what a client would see.
 */
export class SelfCheck {
  readonly #options: SelfCheckOptions;
  readonly #answers = new Map<number, number>();
  readonly #silent = new Set<number>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: SelfCheckOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.round(), options.interval * 1000);
  }

  /** Whether the worker serves and has answered lately. */
  answers(worker: MediaWorker): boolean {
    const age = this.age(worker);
    return worker.running !== undefined && age !== null && age <= this.#options.staleAfter;
  }

  /** Seconds since this worker process last answered; null: it has not yet. */
  age({ port, running }: MediaWorker): number | null {
    const at = this.#answers.get(port);
    return at === undefined || !running || at < running.since ? null : now() - at;
  }

  /** What `GET /health` answers. A node without workers is not healthy. */
  get healthy(): boolean {
    const { workers } = this.#options;
    return workers.length > 0 && workers.every((worker) => this.answers(worker));
  }

  /** Asks all workers at once; never fails. */
  async round(): Promise<void> {
    await Promise.all(this.#options.workers.map((worker) => this.check(worker)));
  }

  async check(worker: MediaWorker): Promise<void> {
    const { port, running } = worker;
    const { assignment, logger } = this.#options;
    const address = directAddress(assignment);
    if (!running || address === undefined) return;
    const transport = assignment.protocols.includes('udp') ? 'udp' : 'tcp';
    const result = await exchange({ transport, address, port }, bindingRequest(running.probe), TIMEOUT);
    if (result.kind === 'success') {
      this.#answers.set(port, now());
      if (this.#silent.delete(port)) logger.info({ port }, 'media worker answers again');
    } else if (worker.running === running && !this.#silent.has(port)) {
      this.#silent.add(port);
      logger.warn({ port, result }, 'media worker does not answer STUN');
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
