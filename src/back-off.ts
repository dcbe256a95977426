export interface BackOffOptions {
  /** Seconds before the first retry, before jitter. */
  readonly first: number;
  /** Seconds that no pause exceeds. */
  readonly most: number;
}

/**
 * Seconds to wait after so many failures: doubled each time up to a limit, then shortened by a random part of up to a
 * half, so that those who failed together do not come back together.
 *
 * @param failures ≥ 1
 */
export function pauseAfter(failures: number, { first, most }: BackOffOptions, random = Math.random): number {
  // 2 ** 30 firsts are beyond any limit, and far from overflowing.
  return Math.min(most, first * 2 ** Math.min(failures - 1, 30)) * (1 - random() / 2);
}

/** Counts failures, for the pauses between attempts. */
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
    return pauseAfter(++this.#failures, this.#options, this.#random);
  }

  /** It worked: the next failure is a first one. */
  reset(): void {
    this.#failures = 0;
  }
}
