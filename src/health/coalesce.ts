import type { Clock } from './clock.ts';

/**
 * Does something soon, however often it is asked for meanwhile: at the first request at once (in a turn of its own),
 * and then no sooner than a pause after the last time was over. What takes long is thereby done seldom.
 */
export class Coalesced {
  readonly #clock: Clock;
  readonly #work: () => void | Promise<void>;
  readonly #pause: (took: number) => number;
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #earliest = -Infinity;
  #ended = false;

  /**
   * @param work must not throw or reject
   * @param pause milliseconds, given how many the last time took
   */
  constructor(clock: Clock, work: () => void | Promise<void>, pause: (took: number) => number) {
    this.#clock = clock;
    this.#work = work;
    this.#pause = pause;
  }

  request(): void {
    if (this.#ended || this.#cancel) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    const wait = Math.max(0, this.#earliest - this.#clock.now());
    this.#cancel = this.#clock.after(wait, () => {
      this.#cancel = undefined;
      this.#running = this.#run();
    });
  }

  /** Takes no more requests. Does at once what was asked for and not done yet, and is done when that is. */
  async end(): Promise<void> {
    this.#ended = true;
    const wanted = this.#cancel !== undefined || this.#again;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#again = false;
    await this.#running;
    if (wanted) await this.#work();
  }

  async #run(): Promise<void> {
    const start = this.#clock.now();
    await this.#work();
    const now = this.#clock.now();
    this.#earliest = now + this.#pause(now - start);
    this.#running = undefined;
    if (!this.#again) return;
    this.#again = false;
    this.request();
  }
}
