import type { LiveRoom, LiveRooms } from '../dispatcher/live-rooms.ts';
import type { RoomReport } from '../media-node/protocol.ts';

/** Which rooms live on which nodes, by both. */
export class LiveIndex implements LiveRooms {
  readonly #byNode = new Map<string, Map<string, LiveRoom>>();
  /** Nearly always one: a room that lives on several is split. */
  readonly #nodesOf = new Map<string, readonly string[]>();

  on(room: string, node: string): LiveRoom | undefined {
    return this.#byNode.get(node)?.get(room);
  }

  find(room: string): LiveRoom | undefined {
    let best: LiveRoom | undefined;
    for (const node of this.#nodesOf.get(room) ?? []) {
      const live = this.on(room, node);
      if (live && (!best || live.participants > best.participants)) best = live;
    }
    return best;
  }

  /** Answers whether it was not known to live there. */
  set(node: string, { room, port, participants, consumers }: RoomReport): boolean {
    let rooms = this.#byNode.get(node);
    if (!rooms) this.#byNode.set(node, (rooms = new Map<string, LiveRoom>()));
    const isNew = !rooms.has(room);
    rooms.set(room, { node, port, participants, consumers });
    // Sorted, so that of two equals it is always the same that is found.
    if (isNew) this.#nodesOf.set(room, [...(this.#nodesOf.get(room) ?? []), node].sort());
    return isNew;
  }

  delete(node: string, room: string): void {
    const rooms = this.#byNode.get(node);
    if (!rooms?.delete(room)) return;
    if (rooms.size === 0) this.#byNode.delete(node);
    const others = this.#nodesOf.get(room)?.filter((each) => each !== node) ?? [];
    if (others.length > 0) this.#nodesOf.set(room, others);
    else this.#nodesOf.delete(room);
  }

  clear(node: string): void {
    for (const room of [...this.roomsOn(node)]) this.delete(node, room);
  }

  roomsOn(node: string): Iterable<string> {
    return this.#byNode.get(node)?.keys() ?? [];
  }

  count(node: string): number {
    return this.#byNode.get(node)?.size ?? 0;
  }

  /** Every room with each node that it lives on. */
  *all(): Generator<readonly [room: string, node: string]> {
    for (const [node, rooms] of this.#byNode) for (const room of rooms.keys()) yield [room, node];
  }
}
