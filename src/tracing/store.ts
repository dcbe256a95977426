/** A store that tells what it is asked for, where that is a part of something: what it does by itself is not told. */
import type {
  Claim,
  ClaimPage,
  ClaimStore,
  Coordination,
  CreateResult,
  ListQuery,
  MoveResult,
  NoteStore,
  OnceStore,
  Place,
  Store,
  TopologyRecord,
  TopologyStore,
} from '../store/store.ts';
import type { Attributes, Tracer } from './tracer.ts';

/** The same store, traced. */
export class TracedStore implements Store {
  readonly claims: ClaimStore;
  readonly topology: TopologyStore;
  readonly notes: NoteStore;
  readonly once: OnceStore;
  readonly coordination?: Coordination;
  readonly #store: Store;

  constructor(store: Store, tracer: Tracer) {
    const { coordination } = store;
    this.#store = store;
    this.claims = new TracedClaims(store.claims, tracer);
    this.topology = tracedTopology(store.topology, tracer);
    this.notes = store.notes;
    this.once = store.once;
    if (coordination) this.coordination = coordination;
  }

  get description(): string {
    return this.#store.description;
  }

  ready(): Promise<string | undefined> {
    return this.#store.ready();
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** Calls go on at once: `create`, `move` and `release` count before they return. */
class TracedClaims implements ClaimStore {
  readonly #claims: ClaimStore;
  readonly #tracer: Tracer;

  constructor(claims: ClaimStore, tracer: Tracer) {
    this.#claims = claims;
    this.#tracer = tracer;
  }

  get degraded(): boolean {
    return this.#claims.degraded;
  }

  get(room: string): Promise<Claim | undefined> {
    return this.#span('store get', room, heldOn, () => this.#claims.get(room));
  }

  create(room: string, claim: Claim): Promise<CreateResult> {
    const outcome = (result: CreateResult) => ({
      'roomlb.created': result.created,
      ...heldOn(result.claim),
    });
    return this.#span('store create', room, outcome, () => this.#claims.create(room, claim));
  }

  move(room: string, expectedNode: string, claim: Claim): Promise<MoveResult> {
    const outcome = (result: MoveResult) => ({ 'roomlb.moved': result.moved, ...heldOn(result.claim) });
    return this.#span('store move', room, outcome, () => this.#claims.move(room, expectedNode, claim));
  }

  release(room: string): Promise<Claim | undefined> {
    return this.#span('store release', room, heldOn, () => this.#claims.release(room));
  }

  list(query: ListQuery): Promise<ClaimPage> {
    const outcome = ({ entries }: ClaimPage) => ({ 'roomlb.rooms': entries.length });
    const attributes = { 'roomlb.node': query.node };
    return this.#tracer.span('store list', { attributes, outcome, root: 'never' }, () =>
      this.#claims.list(query),
    );
  }

  loads(): ReadonlyMap<string, number> {
    return this.#claims.loads();
  }

  total(): number {
    return this.#claims.total();
  }

  renew(places: readonly Place[]): Promise<readonly (string | undefined)[]> {
    return this.#claims.renew(places);
  }

  released(room: string): boolean {
    return this.#claims.released(room);
  }

  #span<T>(
    name: string,
    room: string,
    outcome: (value: T) => Attributes,
    work: () => Promise<T>,
  ): Promise<T> {
    const attributes = { 'roomlb.room': room };
    const told = (value: T) => ({ ...outcome(value), ...(this.degraded && { 'roomlb.degraded': true }) });
    return this.#tracer.span(name, { attributes, outcome: told, root: 'never' }, work);
  }
}

function heldOn(claim: Claim | undefined): Attributes {
  return { 'roomlb.node': claim?.node };
}

function tracedTopology(topology: TopologyStore, tracer: Tracer): TopologyStore {
  return {
    read: () => tracer.span('store read topology', { root: 'never' }, () => topology.read()),
    write: (record: TopologyRecord, expectedVersion: number) =>
      tracer.span(
        'store write topology',
        { root: 'never', outcome: (written) => ({ 'roomlb.written': written }) },
        () => topology.write(record, expectedVersion),
      ),
    follow: (changed) => topology.follow(changed),
  };
}
