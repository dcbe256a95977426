import type Type from 'typebox';
import type { Health, NodeHealth } from '../api/health-schemas.ts';
import type * as schemas from '../api/schemas.ts';
import type { RoomWishes } from '../allocation/allocation.ts';
import type { StreamItem } from '../events/stream-messages.ts';
import type { Fetch } from '../http/exchange.ts';
import { queryOf } from '../http/query.ts';
import type { HealthDocument } from '../topology/health/schema.ts';
import type { PinDocument } from '../topology/pins/schema.ts';
import type { NodeDocument, PlacementDocument, FullTopologyDocument } from '../topology/schema.ts';
import { Dispatchers } from './dispatchers.ts';
import { eventFeed, type EventsOptions } from './event-feed.ts';

export type Allocation = Type.Static<typeof schemas.Allocation>;
export type Preview = Type.Static<typeof schemas.Preview>;
export type Explanation = Type.Static<typeof schemas.Explanation>;
export type RoomPage = Type.Static<typeof schemas.RoomPage>;
export type Load = Type.Static<typeof schemas.Load>;

/** What is left out is left to the dispatcher. */
export type Wishes = Partial<{ [K in keyof RoomWishes]: NonNullable<RoomWishes[K]> }>;

export interface RoomlbClientOptions {
  /** Of one dispatcher, or of several replicas: where one does not answer, the next is asked. */
  readonly url: string | readonly string[];
  /** Sent as `Authorization: Bearer`; a function where it may be renewed. */
  readonly token?: string | (() => string | undefined) | undefined;
  /** Milliseconds for one answer; 10,000 where left out. */
  readonly timeout?: number;
  /** In place of the platform's, for certificates of one's own and the like. */
  readonly fetch?: Fetch | undefined;
}

/** Asks dispatchers by REST and follows what happens there. Runs in Node and in browsers. */
export class RoomlbClient {
  readonly #dispatchers: Dispatchers;

  /** @throws TypeError for what is no base URL */
  constructor({ url, token, timeout = 10_000, fetch }: RoomlbClientOptions) {
    const urls = typeof url === 'string' ? [url] : url;
    this.#dispatchers = new Dispatchers({ urls, token, timeout, fetch });
  }

  /**
   * A place for the room: the one that it has, or a new one.
   *
   * @throws RoomlbError 503 where no node can take it
   */
  async claim(room: string, wishes: Wishes = {}): Promise<Allocation> {
    return (await this.#dispatchers.ask('PUT', roomPath(room), wishes)).body as Allocation;
  }

  /**
   * Where a claimed room lives; undefined where nobody has claimed it.
   *
   * @throws RoomlbError 409 where its node lost it: claim it again
   */
  async lookup(room: string): Promise<Allocation | undefined> {
    const { status, body } = await this.#dispatchers.ask('GET', roomPath(room), undefined, [404]);
    return status === 404 ? undefined : (body as Allocation);
  }

  /** Gives the place of a room back. @returns whether it had one */
  async release(room: string): Promise<boolean> {
    return (await this.#dispatchers.ask('DELETE', roomPath(room), undefined, [404])).status !== 404;
  }

  /** Claimed rooms, a page of them. */
  rooms(query: { node?: string; after?: string; limit?: number } = {}): Promise<RoomPage> {
    return this.#get(`/v1/rooms${queryOf(query)}`);
  }

  /** Claimed rooms by node. */
  async loads(): Promise<readonly Load[]> {
    return (await this.#get<{ readonly loads: readonly Load[] }>('/v1/loads')).loads;
  }

  /** What claims would answer; changes nothing. */
  async preview(rooms: readonly string[], wishes: Omit<Wishes, 'participants'> = {}): Promise<Preview> {
    return (await this.#dispatchers.ask('POST', '/v1/placements', { rooms, ...wishes })).body as Preview;
  }

  /** Why a room is where it is, or would be. */
  explain(room: string, wishes: Omit<Wishes, 'participants'> = {}): Promise<Explanation> {
    return this.#get(`/v1/explain/rooms/${encodeURIComponent(room)}${queryOf(wishes)}`);
  }

  async nodes(): Promise<readonly NodeDocument[]> {
    return (await this.#get<{ readonly nodes: readonly NodeDocument[] }>('/v1/nodes')).nodes;
  }

  topology(): Promise<FullTopologyDocument> {
    return this.#get('/v1/topology');
  }

  /** How rooms are placed, defaults included. */
  placementPolicy(): Promise<PlacementDocument> {
    return this.#get(POLICY.placement);
  }

  /**
   * Makes this the whole of it: what is left out has its default.
   *
   * @throws RoomlbError 422 where the topology would not be valid
   */
  async setPlacementPolicy(policy: PlacementDocument): Promise<PlacementDocument> {
    return (await this.#dispatchers.ask('PUT', POLICY.placement, policy)).body as PlacementDocument;
  }

  /** How the health of nodes is judged, defaults included. */
  healthPolicy(): Promise<HealthDocument> {
    return this.#get(POLICY.health);
  }

  /** As `setPlacementPolicy`. */
  async setHealthPolicy(policy: HealthDocument): Promise<HealthDocument> {
    return (await this.#dispatchers.ask('PUT', POLICY.health, policy)).body as HealthDocument;
  }

  /** Rooms that operators gave to nodes, sorted by room. */
  async pins(): Promise<readonly PinDocument[]> {
    return (await this.#get<{ readonly pins: readonly PinDocument[] }>('/v1/pins')).pins;
  }

  /**
   * New claims of the room go to this node. Replaces a pin that it has; the claim that it has stays.
   *
   * @param strict where the node cannot take the room: true: nobody does; false: it goes by hash
   * @throws RoomlbError 422 where there is no such node
   */
  async pin(room: string, node: string, strict = false): Promise<PinDocument> {
    return (await this.#dispatchers.ask('PUT', pinPath(room), { node, strict })).body as PinDocument;
  }

  /** @returns whether the room had a pin */
  async unpin(room: string): Promise<boolean> {
    return (await this.#dispatchers.ask('DELETE', pinPath(room), undefined, [404])).status !== 404;
  }

  /** Who answers: its version, that of its API, and its cluster. */
  version(): Promise<Type.Static<typeof schemas.VersionAnswer>> {
    return this.#get('/v1/version');
  }

  health(): Promise<Type.Static<typeof Health>> {
    return this.#get('/v1/health');
  }

  nodeHealth(node: string): Promise<Type.Static<typeof NodeHealth>> {
    return this.#get(`/v1/nodes/${encodeURIComponent(node)}/health`);
  }

  /** What happens, without an end; see `eventFeed`. */
  events(options: EventsOptions = {}): AsyncGenerator<StreamItem, void, undefined> {
    return eventFeed(this.#dispatchers, options);
  }

  async #get<T>(path: string): Promise<T> {
    return (await this.#dispatchers.ask('GET', path)).body as T;
  }
}

const POLICY = { placement: '/v1/policies/placement', health: '/v1/policies/health' } as const;

function roomPath(room: string): string {
  return `/v1/rooms/${encodeURIComponent(room)}`;
}

function pinPath(room: string): string {
  return `/v1/pins/${encodeURIComponent(room)}`;
}
