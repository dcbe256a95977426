/** Rooms per node. Nodes without rooms are absent, so that removed nodes don't pile up. */
export class Loads {
  private readonly perNode = new Map<string, number>();
  private sum = 0;

  get view(): ReadonlyMap<string, number> {
    return this.perNode;
  }

  get total(): number {
    return this.sum;
  }

  add(node: string, rooms: number): void {
    const now = (this.perNode.get(node) ?? 0) + rooms;
    if (now === 0) this.perNode.delete(node);
    else this.perNode.set(node, now);
    this.sum += rooms;
  }
}
