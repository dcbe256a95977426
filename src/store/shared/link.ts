import { pauseAfter } from '../../back-off.ts';
import { StoreFull, StoreUnavailable } from '../store.ts';

export interface LinkOptions {
  /** Makes up for what was missed. While it runs, nothing else is asked of the store. */
  readonly recover: () => Promise<void>;
  readonly lost: (why: string) => void;
  /** @param seconds that it was away */
  readonly found: (seconds: number) => void;
}

/** Seconds between two attempts to recover. */
const PAUSE = { first: 0.1, most: 3 };
/** Milliseconds after which it is tried as soon as the connection is there, at most: replicas don't all come at once. */
const AT_ONCE = 50;

/**
 * Whether the store answers. The first call that fails, or takes too long, ends that: from then on nobody waits for
 * it, until an attempt to recover comes through. So one slow call is all that a slow store costs.
 */
export class Link {
  readonly #options: LinkOptions;
  /** Null: it answers. */
  #lost: { readonly why: string; readonly since: number } | null = null;
  /** Grows with each loss and recovery: a call that began before says nothing of now. */
  #term = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #recovering: Promise<void> | undefined;
  #ended = false;
  #wellSince = performance.now();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Why the store is lost; null while it answers. */
  get why(): string | null {
    return this.#lost?.why ?? null;
  }

  /** Milliseconds for which it has answered all along. */
  get wellFor(): number {
    return this.#lost ? 0 : performance.now() - this.#wellSince;
  }

  /** @throws StoreUnavailable at once where it is lost, or after the call that loses it */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    if (this.#lost) throw new StoreUnavailable(this.#lost.why);
    const term = this.#term;
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof RangeError || cause instanceof StoreFull) throw cause;
      const why = messageOf(cause);
      if (term === this.#term) this.lose(why);
      throw new StoreUnavailable(why, { cause });
    }
  }

  lose(why: string): void {
    if (this.#lost || this.#ended) return;
    this.#term++;
    this.#failures = 0;
    this.#lost = { why, since: performance.now() };
    this.#options.lost(why);
    this.#later();
  }

  /** The connection is there again: worth an attempt. */
  tryNow(): void {
    if (!this.#lost || this.#recovering || this.#ended) return;
    this.#schedule(Math.random() * AT_ONCE);
  }

  /** No more attempts; done when the one under way is. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#recovering;
  }

  #later(): void {
    if (!this.#ended) this.#schedule(pauseAfter(++this.#failures, PAUSE) * 1000);
  }

  #schedule(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#recovering = this.#recover().finally(() => (this.#recovering = undefined));
    }, wait);
  }

  async #recover(): Promise<void> {
    try {
      await this.#options.recover();
    } catch (error) {
      if (this.#lost) this.#lost = { ...this.#lost, why: messageOf(error) };
      this.#later();
      return;
    }
    const since = this.#lost?.since ?? performance.now();
    this.#lost = null;
    this.#term++;
    this.#wellSince = performance.now();
    this.#options.found((performance.now() - since) / 1000);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
