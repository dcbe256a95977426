/** Who believes a node down, and since when, told by what each says itself, so that no polling adds to the times. */
export class Watch {
  readonly #down = new Set<string>();
  readonly #noticed = new Map<string, number>();
  #start = performance.now();

  /** From now on times are counted, and what was noticed is forgotten. */
  begin(): void {
    this.#noticed.clear();
    this.#start = performance.now();
  }

  /** @param up whether `name` believes in the node from now on; hearing it again changes nothing */
  hear(name: string, up: boolean): void {
    if (up) {
      this.#down.delete(name);
      return;
    }
    this.#down.add(name);
    this.note(name);
  }

  /** Something that happens once, and is no state. */
  note(name: string): void {
    if (!this.#noticed.has(name)) this.#noticed.set(name, performance.now() - this.#start);
  }

  get allUp(): boolean {
    return this.#down.size === 0;
  }

  /** When `begin` was, in milliseconds since the epoch: comparable with the clocks of other processes. */
  get began(): number {
    return performance.timeOrigin + this.#start;
  }

  /** Milliseconds since `begin`. */
  get elapsed(): number {
    return performance.now() - this.#start;
  }

  /** Milliseconds from `begin` until each first believed the node down, by name. A copy. */
  get noticed(): ReadonlyMap<string, number> {
    return new Map(this.#noticed);
  }
}
