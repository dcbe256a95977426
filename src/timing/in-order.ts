/** Begins work in the order in which it is asked for, no more than so much at once. */
export class InOrder {
  readonly #most: number;
  readonly #waiting: { readonly begin: () => void; readonly refuse: (why: Error) => void }[] = [];
  #underWay = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Begins at once where there is room. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay >= this.#most)
      await new Promise<void>((begin, refuse) => this.#waiting.push({ begin, refuse }));
    else this.#underWay++;
    try {
      const result = await work();
      this.#handOn();
      return result;
    } catch (error) {
      // Who hears of it may refuse the next.
      setImmediate(() => this.#handOn());
      throw error;
    }
  }

  /** What has not begun yet never will: it rejects with that. */
  refuse(why: Error): void {
    for (const { refuse } of this.#waiting.splice(0)) refuse(why);
  }

  #handOn(): void {
    const next = this.#waiting.shift();
    if (next) next.begin();
    else this.#underWay--;
  }
}
