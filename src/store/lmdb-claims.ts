import type { Database } from 'lmdb';
import { toClaim } from './claim.ts';
import type { GroupCommit } from './group-commit.ts';
import { Loads } from './loads.ts';
import { checkQuery, toPage } from './page.ts';
import { promised } from './promised.ts';
import { checkRoom } from './room.ts';
import type {
  Claim,
  ClaimEntry,
  ClaimPage,
  ClaimStore,
  CreateResult,
  ListQuery,
  MoveResult,
  Place,
} from './store.ts';
import { Turns } from './turns.ts';

/** Below every key: LMDB has no empty keys. */
const FIRST_KEY = Buffer.from([0]);

/** One byte more than a key may have: a cursor cut off here still sorts as the whole of it would. */
const MAX_CURSOR = 257;

/**
 * Claims in LMDB: `rooms` holds each claim as JSON under the room's name, `nodes` an empty value under
 * node, NUL, room. Both change in the same commit. Reads go to the memory map and see only what is
 * committed, hence flushed.
 */
export class LmdbClaims implements ClaimStore {
  readonly degraded = false;
  private readonly counts = new Loads();
  /** Of one room, one write at a time: each sees the outcome of the one before. */
  private readonly turns = new Turns();

  constructor(
    private readonly rooms: Database<string, Buffer>,
    private readonly nodes: Database<string, Buffer>,
    private readonly commits: GroupCommit,
  ) {
    for (const key of nodes.getKeys({ start: FIRST_KEY })) {
      this.counts.add(key.toString('utf8', 0, key.indexOf(0)), 1);
    }
  }

  get(room: string): Promise<Claim | undefined> {
    return promised(() => this.read(room));
  }

  create(room: string, claim: Claim): Promise<CreateResult> {
    return this.inTurn(room, claim, async (held, wanted) => {
      if (held) return { created: false, claim: held };
      await this.replace(room, undefined, wanted);
      return { created: true, claim: wanted };
    });
  }

  move(room: string, expectedNode: string, claim: Claim): Promise<MoveResult> {
    return this.inTurn(room, claim, async (held, wanted) => {
      if (held?.node !== expectedNode) return { moved: false, claim: held };
      await this.replace(room, held, wanted);
      return { moved: true, claim: wanted };
    });
  }

  release(room: string): Promise<Claim | undefined> {
    return this.turns.take(room, async () => {
      const held = this.read(room);
      if (held) await this.replace(room, held, undefined);
      return held;
    });
  }

  list(query: ListQuery): Promise<ClaimPage> {
    return promised(() => {
      const { node, after, limit } = checkQuery(query);
      const cursor = Buffer.from(after ?? '').subarray(0, MAX_CURSOR);
      const entries = node === undefined ? this.all(cursor, limit + 1) : this.of(node, cursor, limit + 1);
      return toPage(entries, limit);
    });
  }

  loads(): ReadonlyMap<string, number> {
    return this.counts.view;
  }

  total(): number {
    return this.counts.total;
  }

  renew(places: readonly Place[]): Promise<readonly (string | undefined)[]> {
    return promised(() => places.map(({ room }) => this.read(room)?.node));
  }

  released(): boolean {
    return false;
  }

  /** Resolves when every call made so far is settled. */
  idle(): Promise<void> {
    return this.turns.idle();
  }

  private inTurn<T>(
    room: string,
    claim: Claim,
    action: (held: Claim | undefined, wanted: Claim) => Promise<T>,
  ): Promise<T> {
    return promised(() => {
      const wanted = toClaim(claim);
      return this.turns.take(room, async () => action(this.read(room), wanted));
    });
  }

  private read(room: string): Claim | undefined {
    checkRoom(room);
    const json = this.rooms.get(Buffer.from(room));
    return json === undefined ? undefined : parse(json);
  }

  private all(cursor: Buffer, limit: number): ClaimEntry[] {
    const start = cursor.length > 0 ? cursor : FIRST_KEY;
    const range = this.rooms.getRange({ start, exclusiveStart: true, limit });
    return Array.from(range, ({ key, value }) => ({
      room: key.toString(),
      claim: parse(value),
    }));
  }

  private of(node: string, cursor: Buffer, limit: number): ClaimEntry[] {
    const prefix = Buffer.from(`${node}\0`);
    const end = Buffer.from(`${node}\x01`);
    const start = Buffer.concat([prefix, cursor]);
    const entries: ClaimEntry[] = [];
    for (const key of this.nodes.getKeys({ start, end, exclusiveStart: true, limit })) {
      const room = key.toString('utf8', prefix.length);
      const claim = this.read(room);
      if (claim) entries.push({ room, claim });
    }
    return entries;
  }

  /** Counts at once, and back again where the commit fails. */
  private async replace(room: string, from: Claim | undefined, to: Claim | undefined): Promise<void> {
    this.count(from, -1);
    this.count(to, 1);
    const key = Buffer.from(room);
    const fromKey = from && nodeKey(from.node, room);
    const toKey = to && nodeKey(to.node, room);
    const value = JSON.stringify(to);
    try {
      await this.commits.write(() => {
        if (fromKey) void this.nodes.remove(fromKey);
        if (toKey) void this.nodes.put(toKey, '');
        void (to ? this.rooms.put(key, value) : this.rooms.remove(key));
      });
    } catch (error) {
      this.count(from, 1);
      this.count(to, -1);
      throw error;
    }
  }

  private count(claim: Claim | undefined, rooms: number): void {
    if (claim) this.counts.add(claim.node, rooms);
  }
}

const parse = (json: string): Claim => JSON.parse(json) as Claim;

const nodeKey = (node: string, room: string): Buffer => Buffer.from(`${node}\0${room}`);
