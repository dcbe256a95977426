import { Loads } from './loads.ts';
import { checkQuery, toPage } from './page.ts';
import { SortedRooms } from './sorted-rooms.ts';
import type { Claim, ClaimEntry, ClaimPage, ListQuery } from './store.ts';

/** Claims in memory: by room, in order, by node, and counted. */
export class ClaimTable {
  private readonly claims = new Map<string, Claim>();
  private readonly rooms = new SortedRooms();
  private readonly roomsOf = new Map<string, SortedRooms>();
  private readonly counts = new Loads();

  get(room: string): Claim | undefined {
    return this.claims.get(room);
  }

  /** Undefined: the room has no claim from now on. */
  set(room: string, claim: Claim | undefined): void {
    const held = this.claims.get(room);
    if (held?.node !== claim?.node) {
      if (held) this.take(room, held.node);
      if (claim) this.give(room, claim.node);
    }
    if (claim) {
      if (!held) this.rooms.add(room);
      this.claims.set(room, claim);
    } else if (held) {
      this.rooms.delete(room);
      this.claims.delete(room);
    }
  }

  page(query: ListQuery): ClaimPage {
    const { node, after, limit } = checkQuery(query);
    const sorted = node === undefined ? this.rooms : this.roomsOf.get(node);
    const entries: ClaimEntry[] = [];
    for (const room of sorted?.page(after, limit + 1) ?? []) {
      const claim = this.claims.get(room);
      if (claim) entries.push({ room, claim });
    }
    return toPage(entries, limit);
  }

  /** Rooms per node: a live view. */
  get loads(): ReadonlyMap<string, number> {
    return this.counts.view;
  }

  get total(): number {
    return this.counts.total;
  }

  private give(room: string, node: string): void {
    let rooms = this.roomsOf.get(node);
    if (!rooms) this.roomsOf.set(node, (rooms = new SortedRooms()));
    rooms.add(room);
    this.counts.add(node, 1);
  }

  private take(room: string, node: string): void {
    const rooms = this.roomsOf.get(node);
    rooms?.delete(room);
    if (rooms?.empty) this.roomsOf.delete(node);
    this.counts.add(node, -1);
  }
}
