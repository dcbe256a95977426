/** A store in the process: for trying out and for tests. Nothing survives the process. */
import { toClaim } from './claim.ts';
import { Loads } from './loads.ts';
import { checkQuery, toPage } from './page.ts';
import { promised } from './promised.ts';
import { checkRoom } from './room.ts';
import { SortedRooms } from './sorted-rooms.ts';
import type {
  Claim,
  ClaimEntry,
  ClaimPage,
  ClaimStore,
  CreateResult,
  ListQuery,
  MoveResult,
  NoteStore,
  Store,
  TopologyRecord,
  TopologyStore,
} from './store.ts';
import { decodeRecord, encodeRecord } from './topology-record.ts';

export function memoryStore(): Store {
  return {
    claims: new MemoryClaims(),
    topology: new MemoryTopology(),
    notes: new MemoryNotes(),
    description: 'memory (claims are lost when the process ends)',
    ready: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

class MemoryClaims implements ClaimStore {
  private readonly claims = new Map<string, Claim>();
  private readonly rooms = new SortedRooms();
  private readonly roomsOf = new Map<string, SortedRooms>();
  private readonly counts = new Loads();

  get(room: string): Promise<Claim | undefined> {
    return promised(() => {
      checkRoom(room);
      return this.claims.get(room);
    });
  }

  create(room: string, claim: Claim): Promise<CreateResult> {
    return promised(() => {
      checkRoom(room);
      const wanted = toClaim(claim);
      const held = this.claims.get(room);
      if (held) return { created: false, claim: held };
      this.rooms.add(room);
      this.put(room, wanted);
      return { created: true, claim: wanted };
    });
  }

  move(room: string, expectedNode: string, claim: Claim): Promise<MoveResult> {
    return promised(() => {
      checkRoom(room);
      const wanted = toClaim(claim);
      const held = this.claims.get(room);
      if (held?.node !== expectedNode) return { moved: false, claim: held };
      this.take(room, held);
      this.put(room, wanted);
      return { moved: true, claim: wanted };
    });
  }

  release(room: string): Promise<Claim | undefined> {
    return promised(() => {
      checkRoom(room);
      const held = this.claims.get(room);
      if (!held) return undefined;
      this.take(room, held);
      this.claims.delete(room);
      this.rooms.delete(room);
      return held;
    });
  }

  list(query: ListQuery): Promise<ClaimPage> {
    return promised(() => {
      const { node, after, limit } = checkQuery(query);
      const sorted = node === undefined ? this.rooms : this.roomsOf.get(node);
      const entries: ClaimEntry[] = [];
      for (const room of sorted?.page(after, limit + 1) ?? []) {
        const claim = this.claims.get(room);
        if (claim) entries.push({ room, claim });
      }
      return toPage(entries, limit);
    });
  }

  loads(): ReadonlyMap<string, number> {
    return this.counts.view;
  }

  total(): number {
    return this.counts.total;
  }

  private put(room: string, claim: Claim): void {
    this.claims.set(room, claim);
    let rooms = this.roomsOf.get(claim.node);
    if (!rooms) this.roomsOf.set(claim.node, (rooms = new SortedRooms()));
    rooms.add(room);
    this.counts.add(claim.node, 1);
  }

  /** Takes the room off its node. */
  private take(room: string, { node }: Claim): void {
    const rooms = this.roomsOf.get(node);
    rooms?.delete(room);
    if (rooms?.empty) this.roomsOf.delete(node);
    this.counts.add(node, -1);
  }
}

/** Keeps the record as JSON, so that nobody's later change of a document reaches into the store. */
class MemoryTopology implements TopologyStore {
  private stored: string | undefined;

  read(): Promise<TopologyRecord | undefined> {
    return promised(() => decodeRecord(this.stored));
  }

  write(record: TopologyRecord, expectedVersion: number): Promise<boolean> {
    return promised(() => {
      const encoded = encodeRecord(record, expectedVersion);
      if ((decodeRecord(this.stored)?.version ?? 0) !== expectedVersion) return false;
      this.stored = encoded;
      return true;
    });
  }
}

/** As JSON, for the same reason. */
class MemoryNotes implements NoteStore {
  private readonly notes = new Map<string, string>();

  read(name: string): Promise<unknown> {
    return promised(() => {
      const json = this.notes.get(name);
      return json === undefined ? undefined : (JSON.parse(json) as unknown);
    });
  }

  write(name: string, value: unknown): Promise<void> {
    return promised(() => void this.notes.set(name, JSON.stringify(value)));
  }
}
