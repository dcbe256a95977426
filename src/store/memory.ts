/** A store in the process: for trying out and for tests. Nothing survives the process. */
import { ClaimTable } from './claim-table.ts';
import { toClaim } from './claim.ts';
import { checkOnce, Sweeping, type Taken } from './once.ts';
import { promised } from './promised.ts';
import { checkRoom } from './room.ts';
import type {
  Claim,
  ClaimPage,
  ClaimStore,
  CreateResult,
  ListQuery,
  MoveResult,
  NoteStore,
  OnceStore,
  Place,
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
    once: new MemoryOnce(),
    description: 'memory (claims are lost when the process ends)',
    ready: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}

class MemoryClaims implements ClaimStore {
  readonly degraded = false;
  private readonly table = new ClaimTable();

  get(room: string): Promise<Claim | undefined> {
    return promised(() => {
      checkRoom(room);
      return this.table.get(room);
    });
  }

  create(room: string, claim: Claim): Promise<CreateResult> {
    return promised(() => {
      checkRoom(room);
      const wanted = toClaim(claim);
      const held = this.table.get(room);
      if (held) return { created: false, claim: held };
      this.table.set(room, wanted);
      return { created: true, claim: wanted };
    });
  }

  move(room: string, expectedNode: string, claim: Claim): Promise<MoveResult> {
    return promised(() => {
      checkRoom(room);
      const wanted = toClaim(claim);
      const held = this.table.get(room);
      if (held?.node !== expectedNode) return { moved: false, claim: held };
      this.table.set(room, wanted);
      return { moved: true, claim: wanted };
    });
  }

  release(room: string): Promise<Claim | undefined> {
    return promised(() => {
      checkRoom(room);
      const held = this.table.get(room);
      this.table.set(room, undefined);
      return held;
    });
  }

  list(query: ListQuery): Promise<ClaimPage> {
    return promised(() => this.table.page(query));
  }

  loads(): ReadonlyMap<string, number> {
    return this.table.loads;
  }

  total(): number {
    return this.table.total;
  }

  renew(places: readonly Place[]): Promise<readonly (string | undefined)[]> {
    return promised(() => places.map(({ room }) => this.table.get(room)?.node));
  }

  released(): boolean {
    return false;
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

  follow(): () => void {
    return () => undefined;
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

class MemoryOnce implements OnceStore {
  private readonly taken = new Map<string, Taken>();
  private readonly sweeping = new Sweeping();

  take(name: string, by: string, until: number): Promise<boolean> {
    return promised(() => {
      checkOnce(name, by);
      this.sweep(Date.now());
      const before = this.taken.get(name);
      if (before) return before.by === by;
      this.taken.set(name, { by, until });
      return true;
    });
  }

  private sweep(now: number): void {
    if (!this.sweeping.due(now)) return;
    for (const [name, { until }] of this.taken) if (until <= now) this.taken.delete(name);
  }
}
