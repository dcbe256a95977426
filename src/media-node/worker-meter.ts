import type { Worker } from './mediasoup.ts';
import { now } from './timing.ts';

/** How busy one worker process is, asked over its control channel; never more than one question under way. */
export class WorkerMeter {
  readonly #worker: Worker;
  #asked: number | undefined;
  #last: { readonly at: number; readonly cpu: number } | undefined;
  #cpu: number | null = null;
  #delay: number | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Share of one core between the last two answers; null before there are two. */
  get cpu(): number | null {
    return this.#cpu;
  }

  /** Milliseconds that an answer took; while one is overdue, how long it has been awaited. */
  get loopDelay(): number | null {
    const waiting = this.#asked === undefined ? null : (now() - this.#asked) * 1000;
    if (this.#delay === null || waiting === null) return this.#delay ?? waiting;
    return Math.max(this.#delay, waiting);
  }

  /** Asks, unless an answer is still awaited. Settles when the answer is there, and never fails. */
  async measure(): Promise<void> {
    if (this.#asked !== undefined) return;
    const asked = now();
    this.#asked = asked;
    try {
      const usage = await this.#worker.getResourceUsage();
      const at = now();
      const cpu = (usage.ru_utime + usage.ru_stime) / 1000;
      this.#delay = (at - asked) * 1000;
      if (this.#last && at > this.#last.at)
        this.#cpu = Math.max(0, (cpu - this.#last.cpu) / (at - this.#last.at));
      this.#last = { at, cpu };
      this.#asked = undefined;
    } catch {
      // The worker went away: `loopDelay` tells for how long, and whoever owns the worker reports the rest.
    }
  }
}
