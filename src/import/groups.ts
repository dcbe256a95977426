/** Which names mean the same thing: a disjoint-set forest. */
export class Groups {
  readonly #parents = new Map<string, string>();

  /** The one that stands for all that are joined with it; the smallest, so that the order of joining means nothing. */
  find(name: string): string {
    const parent = this.#parents.get(name);
    if (parent === undefined || parent === name) return name;
    const root = this.find(parent);
    this.#parents.set(name, root);
    return root;
  }

  join(a: string, b: string): void {
    const [x, y] = [this.find(a), this.find(b)];
    if (x !== y) this.#parents.set(x < y ? y : x, x < y ? x : y);
  }
}
