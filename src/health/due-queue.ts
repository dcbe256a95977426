/** A binary heap of things that are due at a time, the next one first. */
export class DueQueue<T> {
  readonly #heap: { readonly due: number; readonly item: T }[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** When the next one is due; Infinity where there is none. */
  get next(): number {
    return this.#heap[0]?.due ?? Infinity;
  }

  push(due: number, item: T): void {
    const heap = this.#heap;
    const entry = { due, item };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || parent.due <= due) break;
      heap[at] = parent;
      heap[above] = entry;
      at = above;
    }
  }

  /** Takes out the next one. */
  pop(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first?.item;
    let at = 0;
    heap[0] = last;
    for (;;) {
      const below = this.#earlierChild(at);
      const child = heap[below];
      if (!child || child.due >= last.due) return first.item;
      heap[at] = child;
      heap[below] = last;
      at = below;
    }
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #earlierChild(at: number): number {
    const left = this.#heap[2 * at + 1];
    const right = this.#heap[2 * at + 2];
    return right && left && right.due < left.due ? 2 * at + 2 : 2 * at + 1;
  }
}
