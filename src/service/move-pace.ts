/** When rooms may move to their nodes: a token bucket of one token for each node. Pure but for what it remembers. */
export class MovePace {
  /** When the next room may come, by node. */
  readonly #next = new Map<string, number>();

  /**
   * Takes the next turn of the node.
   *
   * @param now milliseconds
   * @returns when that is, milliseconds
   */
  reserve(node: string, perSecond: number, now: number): number {
    const at = Math.max(now, this.#next.get(node) ?? now);
    this.#next.set(node, at + 1000 / perSecond);
    return at;
  }
}
