export interface BackOffOptions {
  /** Seconds before the first retry, before jitter. */
  readonly first: number;
  /** Seconds that no pause exceeds. */
  readonly most: number;
}

/**
 * Pauses between attempts: doubled each time up to a limit, then shortened by a random part of up to a half,
 * so that those who failed together do not come back together.
 */
export class BackOff {
  #failures = 0;
  readonly #options: BackOffOptions;
  readonly #random: () => number;

  constructor(options: BackOffOptions, random: () => number = Math.random) {
    this.#options = options;
    this.#random = random;
  }

  /** Seconds to wait after one more failure. */
  next(): number {
    const { first, most } = this.#options;
    // 2 ** 30 firsts are beyond any limit, and far from overflowing.
    const full = Math.min(most, first * 2 ** Math.min(this.#failures++, 30));
    return full * (1 - this.#random() / 2);
  }

  /** It worked: the next failure is a first one. */
  reset(): void {
    this.#failures = 0;
  }
}
