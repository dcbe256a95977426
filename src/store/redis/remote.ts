/** The commands of the shared store, as scripts of Redis. */
import { randomUUID } from 'node:crypto';
import { toClaim } from '../claim.ts';
import { checkQuery, toPage } from '../page.ts';
import { MAX_ROOM_BYTES } from '../../room-name.ts';
import type {
  Change,
  Changes,
  Condition,
  Counted,
  Knowledge,
  Release,
  Remote,
  Stamped,
  Written,
} from '../shared/remote.ts';
import {
  StoreFull,
  type Claim,
  type ClaimPage,
  type ListQuery,
  type Place,
  type TopologyRecord,
} from '../store.ts';
import { decodeRecord } from '../topology-record.ts';
import { InOrder } from '../../timing/in-order.ts';
import { within } from '../../timing/within.ts';
import type { Attributes, Tracer } from '../../tracing/tracer.ts';
import { Script, type Client } from './client.ts';
import type { Keys } from './keys.ts';
import { reasonOf } from './reason.ts';
import * as scripts from './scripts.ts';

export interface RedisRemoteOptions {
  readonly client: Client;
  readonly keys: Keys;
  /** Of this dispatcher: distinguishes what it wrote. */
  readonly replica: string;
  readonly maxClaims: number;
  /** Milliseconds after which a claim expires that nobody renews. */
  readonly claimTtl: number;
  /** Milliseconds that one command may take, from when it is sent. */
  readonly timeLimit: number;
  readonly tracing?: RedisTracing | undefined;
}

export interface RedisTracing {
  readonly tracer: Tracer;
  /** Of every span: where Redis is. */
  readonly attributes: Attributes;
}

/** Commands under way at once: a burst waits here, where waiting does not count as slowness of Redis. */
const AT_ONCE = 128;
/** Milliseconds that a command may take for which no request waits, at least. */
const PATIENCE = 2000;
/** Those for which requests wait. */
const HURRIED: readonly string[] = ['get', 'create', 'move', 'release', 'list'];

type Argument = string | number | Buffer;

const SCRIPTS = {
  open: new Script(scripts.OPEN),
  get: new Script(scripts.GET),
  create: new Script(scripts.CREATE),
  move: new Script(scripts.MOVE),
  release: new Script(scripts.RELEASE),
  list: new Script(scripts.LIST),
  renew: new Script(scripts.RENEW),
  expire: new Script(scripts.EXPIRE),
  changes: new Script(scripts.CHANGES),
  restore: new Script(scripts.RESTORE),
  settle: new Script(scripts.SETTLE),
  loads: new Script(scripts.LOADS),
  readTopology: new Script(scripts.READ_TOPOLOGY),
  writeTopology: new Script(scripts.WRITE_TOPOLOGY),
  restoreTopology: new Script(scripts.RESTORE_TOPOLOGY),
} as const;

const TAKE_ONCE = new Script(scripts.TAKE_ONCE);

/** What this process has seen of the data set; see scripts.ts. */
interface Session {
  epoch: string;
  generation: string;
  seq: number;
}

export class RedisRemote implements Remote {
  readonly #options: RedisRemoteOptions;
  readonly #session: Session = { epoch: randomUUID(), generation: '0', seq: 0 };
  readonly #commands = new InOrder(AT_ONCE);
  #opened = false;

  constructor(options: RedisRemoteOptions) {
    this.#options = options;
  }

  async open(): Promise<Condition> {
    const session = this.#session;
    const [epoch, generation, seq] = (await this.#run('open')) as [string, string, number];
    const other = this.#opened && epoch !== session.epoch;
    const lost = this.#opened && generation !== session.generation;
    if (other || !this.#opened) session.seq = seq;
    session.epoch = epoch;
    session.generation = generation;
    this.#opened = true;
    return other ? 'other' : lost ? 'lost' : 'same';
  }

  giveUp(why: string): void {
    this.#commands.refuse(new Error(why));
  }

  async get(room: string): Promise<Stamped | undefined> {
    return read(await this.#run('get', room));
  }

  async create(room: string, claim: Claim): Promise<Written> {
    return this.#written(await this.#run('create', room, claim.node, this.#rest(claim)));
  }

  async move(room: string, expectedNode: string, claim: Claim): Promise<Written> {
    return this.#written(await this.#run('move', room, expectedNode, claim.node, this.#rest(claim)));
  }

  async release(room: string): Promise<Release> {
    const { held, ...rest } = this.#written(await this.#run('release', room));
    return { ...rest, held: undefined, released: held?.claim };
  }

  async list(query: ListQuery): Promise<ClaimPage> {
    const { node, after, limit } = checkQuery(query);
    // A byte more than a name may have: cut off here, the cursor still sorts as the whole of it would.
    const cursor = Buffer.from(after ?? '').subarray(0, MAX_ROOM_BYTES + 1);
    const flat = (await this.#run('list', node ?? '', cursor, limit + 1)) as string[];
    const entries = inGroups(flat, 2).flatMap(([room = '', value]) => {
      const held = read(value);
      return held ? [{ room, claim: held.claim }] : [];
    });
    return toPage(entries, limit);
  }

  async renew(places: readonly Place[]): Promise<readonly (string | undefined)[]> {
    const answer = await this.#run('renew', ...places.flatMap(({ room, node }) => [room, node]));
    return (answer as (string | null)[]).map((node) => node ?? undefined);
  }

  async expire(limit: number): Promise<readonly Place[]> {
    const flat = (await this.#run('expire', limit)) as string[];
    return inGroups(flat, 2).map(([room = '', node = '']) => ({ room, node }));
  }

  async changes(since: number, limit: number, anew: boolean): Promise<Changes> {
    const answer = await this.#run('changes', since, limit, anew ? 1 : 0);
    const [seq, topology, tooOld, flat] = answer as [number, number, number, string[]];
    this.#saw(seq);
    const groups = inGroups(flat, 3);
    return {
      changes: groups.map(([room = '', at, value]) => this.#change(room, Number(at), value)),
      seq,
      next: Number(groups.at(-1)?.[1] ?? since),
      tooOld: tooOld === 1,
      topology,
    };
  }

  async restore(known: readonly Knowledge[]): Promise<void> {
    const args = known.flatMap(({ room, claim, stamp }) => [
      room,
      stamp,
      claim?.node ?? '',
      claim ? this.#rest(claim) : '',
    ]);
    await this.#run('restore', ...args);
  }

  async settle(room: string, base: string | undefined, claim: Claim | undefined): Promise<Written> {
    const { replica } = this.#options;
    const rest = claim ? this.#rest(claim) : '';
    return this.#written(await this.#run('settle', room, base ?? '', claim?.node ?? '', rest, replica));
  }

  async loads(): Promise<Counted> {
    const [seq, flat] = (await this.#run('loads')) as [number, string[]];
    return { seq, loads: new Map(inGroups(flat, 2).map(([node = '', rooms]) => [node, Number(rooms)])) };
  }

  async readTopology(): Promise<TopologyRecord | undefined> {
    return decodeRecord(((await this.#run('readTopology')) as string | null) ?? undefined);
  }

  async writeTopology(record: TopologyRecord, expectedVersion: number): Promise<boolean> {
    return (await this.#run('writeTopology', expectedVersion, record.version, JSON.stringify(record))) === 1;
  }

  async restoreTopology(record: TopologyRecord): Promise<void> {
    await this.#run('restoreTopology', record.version, JSON.stringify(record));
  }

  async readNote(name: string): Promise<string | undefined> {
    const { client, keys } = this.#options;
    return (await this.#send('HGET', () => client.hget(keys.notes, name))) ?? undefined;
  }

  async writeNote(name: string, json: string): Promise<void> {
    const { client, keys } = this.#options;
    await this.#send('HSET', () => client.hset(keys.notes, name, json));
  }

  async takeOnce(name: string, by: string, milliseconds: number): Promise<boolean> {
    const { client, keys } = this.#options;
    const take = () => TAKE_ONCE.run(client, [keys.once(name)], [by, milliseconds]);
    return (await this.#send('once', take)) === 1;
  }

  async #run(name: keyof typeof SCRIPTS, ...args: Argument[]): Promise<unknown> {
    const { client, keys, claimTtl, maxClaims } = this.#options;
    try {
      return await this.#send(name, () => {
        const { epoch, generation, seq } = this.#session;
        const common = [epoch, generation, seq, claimTtl, maxClaims, keys.channel];
        return SCRIPTS[name].run(client, keys.all, [...common, ...args]);
      });
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('FULL '))
        throw new StoreFull(error.message.slice(5));
      throw new Error(reasonOf(error), { cause: error });
    }
  }

  #send<T>(name: string, command: () => Promise<T>): Promise<T> {
    const { timeLimit: hurried } = this.#options;
    const timeLimit = HURRIED.includes(name) ? hurried : Math.max(hurried, PATIENCE);
    return this.#commands.run(this.#traced(name, () => within(timeLimit, `Redis: ${name}`, command())));
  }

  /**
   * Told from when it is sent, as the semantic conventions for Redis have it, without its arguments:
   * https://opentelemetry.io/docs/specs/semconv/database/redis/
   */
  #traced<T>(name: string, work: () => Promise<T>): () => Promise<T> {
    const { tracing } = this.#options;
    if (!tracing || !(name in SCRIPTS)) return work;
    const operation = 'EVALSHA';
    const attributes = {
      ...tracing.attributes,
      'db.operation.name': operation,
      'db.stored_procedure.name': name,
    };
    return () =>
      tracing.tracer.span(`${operation} ${name}`, { attributes, kind: 'client', root: 'never' }, work);
  }

  #written(answer: unknown): Written {
    const [done, value, seq] = answer as [number, string | null, number];
    this.#saw(seq);
    return { done: done === 1, held: read(value), seq };
  }

  #saw(seq: number): void {
    this.#session.seq = Math.max(this.#session.seq, seq);
  }

  #change(room: string, seq: number, value: string | undefined): Change {
    const held = value?.includes('\t') ? read(value) : undefined;
    return held
      ? { room, ...held, seq, own: value?.split('\t', 3)[2] === this.#options.replica }
      : { room, claim: undefined, stamp: Number(value ?? 0), seq, own: false };
  }

  /** Writer and wishes, as they follow the node and the stamp of a value. */
  #rest({ kind, zone, participants, nodeKind, vip }: Claim): string {
    return `${this.#options.replica}\t${JSON.stringify({ kind, zone, participants, nodeKind, vip })}`;
  }
}

/** A claim's value; see scripts.ts. */
function read(value: unknown): Stamped | undefined {
  if (typeof value !== 'string') return undefined;
  const [node = '', stamp, , ...wishes] = value.split('\t');
  return { claim: toClaim({ ...(JSON.parse(wishes.join('\t')) as Claim), node }), stamp: Number(stamp) };
}

function inGroups<T>(flat: readonly T[], size: number): T[][] {
  return Array.from({ length: flat.length / size }, (_, i) => flat.slice(i * size, (i + 1) * size));
}
