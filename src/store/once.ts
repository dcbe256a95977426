/** What stores have in common about what may happen once. */

const WORD = /^[A-Za-z0-9_-]{1,128}$/;
/** Milliseconds between two searches for what may be forgotten. */
const SWEEP_EVERY = 60_000;

/** @throws RangeError for what is neither a name nor a caller */
export function checkOnce(...words: readonly string[]): void {
  const wrong = words.find((word) => !WORD.test(word));
  if (wrong !== undefined)
    throw new RangeError(`${JSON.stringify(wrong)} must be 1 to 128 of A-Z a-z 0-9 _ -`);
}

export interface Taken {
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** When to look again for what may be forgotten: now and then, so that what is kept stays as much as is needed. */
export class Sweeping {
  #next = 0;

  /** @param now milliseconds since the epoch */
  due(now: number): boolean {
    if (now < this.#next) return false;
    this.#next = now + SWEEP_EVERY;
    return true;
  }
}
