/**
 * What media nodes report to this dispatcher: who is there, which rooms live where, by what their workers can be
 * probed. All of it is rebuilt from their greetings after a restart; nothing here is ever stored.
 *
 * A node has one connection. The same process may come again (its old connection is then closed). Another
 * process of the same name is turned away while the first one is heard of: two hosts with one node's name
 * would otherwise throw each other out for ever, and rooms of the one that serves would be lost sight of. A process
 * that died closes its connection with it; one whose host died is silent, and gives way soon.
 */
import { roomNameFault } from '../room-name.ts';
import type { LiveRooms } from '../dispatcher/live-rooms.ts';
import type { EventSink } from '../events/bus.ts';
import { Listeners } from '../events/listeners.ts';
import {
  CLOSE,
  PROTOCOL,
  ProtocolError,
  type NodeMessage,
  type Registration,
  type RegistrationAnswer,
  type WorkerReport,
} from '../media-node/protocol.ts';
import type { Topology } from '../topology/model.ts';
import { LiveIndex } from './live-index.ts';
import type { LiveReport } from './live-report.ts';
import { otherWorkers, setStatus, showRecord, type Link, type NodeRecord } from './record.ts';
import { RegistrationError } from './registration-error.ts';
import { Reported } from './reported.ts';
import { Shares } from './shares.ts';

export type MessageOf<T extends NodeMessage['type']> = Extract<NodeMessage, { type: T }>;

/** What is new about a node, for those who act on it at once. */
export type RegistryChange =
  /** What it says of its own health. */
  | { readonly kind: 'word'; readonly node: string }
  /** A worker died, or serves again. */
  | { readonly kind: 'workers'; readonly node: string }
  /** Its connection broke. */
  | { readonly kind: 'lost'; readonly node: string }
  /** Another set of nodes is about to stop. */
  | { readonly kind: 'leaving' }
  /** Rooms that were not known to live there. */
  | { readonly kind: 'found'; readonly node: string; readonly rooms: readonly string[] };

export interface NodeRegistryOptions {
  readonly topology: Topology;
  readonly events: EventSink;
  /** Milliseconds since the epoch, on the clock of the probes. */
  readonly now: () => number;
}

/** Live rooms of one node. */
export const MAX_LIVE_ROOMS = 100_000;
/** Silence that is borne, in heartbeats; never less than `LEAST_PATIENCE` milliseconds. */
const PATIENCE = 3;
const LEAST_PATIENCE = 3000;
/** Milliseconds between two complaints of one kind about one node. */
const COMPLAINT_EVERY = 60_000;

export class NodeRegistry {
  readonly #options: NodeRegistryOptions;
  readonly #records = new Map<string, NodeRecord>();
  readonly #live = new LiveIndex();
  readonly #changes = new Listeners<RegistryChange>();
  /** What was told of a node's word last, as text to compare. */
  readonly #words = new Map<string, string>();
  readonly #complaints = new Map<string, number>();
  readonly #shares: Shares;
  #stopped = false;
  /** What probes go by. */
  readonly reported: Reported;

  constructor(options: NodeRegistryOptions) {
    this.#options = options;
    this.#shares = new Shares(options.topology);
    this.reported = new Reported(this.#records, this.#shares, options.now);
  }

  /** Until the returned function is called. */
  listen(listener: (change: RegistryChange) => void): () => void {
    return this.#changes.add(listener);
  }

  get live(): LiveRooms & Pick<LiveIndex, 'all'> {
    return this.#live;
  }

  /**
   * Whether the topology has such a media node.
   * @throws RegistrationError
   */
  admit(node: string): void {
    this.#shares.assignment(node);
  }

  /** @throws RegistrationError */
  register(node: string, { instance }: Registration): RegistrationAnswer {
    this.admit(node);
    this.#refuseDuplicate(node, instance);
    return { protocol: PROTOCOL, assignment: this.#shares.tell(node, instance) };
  }

  /**
   * Takes the connection for the node's, and answers with the seconds between its heartbeats.
   * @throws RegistrationError
   */
  hello(node: string, link: Link, { instance, version, protocol, status }: MessageOf<'hello'>): number {
    if (protocol !== PROTOCOL) {
      throw new RegistrationError('version', `protocol version ${protocol} is not ${PROTOCOL}`);
    }
    this.admit(node);
    this.#refuseDuplicate(node, instance);
    const share = this.#shares.confirm(node, instance);
    const before = this.#records.get(node);
    const same = before?.instance === instance;
    before?.link?.close(CLOSE.replaced, 'this node has connected once more');
    // What lived in another process is gone with it.
    if (!same) this.#live.clear(node);
    const at = this.#options.now();
    const { interval } = this.#shares;
    const record: NodeRecord = {
      node,
      instance,
      version,
      share,
      interval,
      link,
      since: at,
      lastHeard: at,
      status,
      workers: new Map(),
      left: undefined,
    };
    setStatus(record, status);
    this.#records.set(node, record);
    const restarted = before !== undefined && !same;
    this.#options.events.emit({ type: 'node.connected', at, node, instance, software: version, restarted });
    this.#tellPhase(before, record);
    this.#tellWord(record);
    return interval;
  }

  /**
   * What the node says on its connection, after its `hello`.
   * @throws ProtocolError
   */
  receive(node: string, link: Link, message: Exclude<NodeMessage, { type: 'hello' }>): void {
    const record = this.#records.get(node);
    // This side has closed it; what was on its way does not count any more.
    if (record?.link !== link) return;
    record.lastHeard = this.#options.now();
    switch (message.type) {
      case 'heartbeat':
        this.#heartbeat(record, message);
        break;
      case 'rooms':
        this.#rooms(record, link, message);
        break;
      case 'worker-died':
        this.#workerDied(record, message);
        break;
      case 'bye':
        this.#bye(record, message);
        break;
    }
  }

  /**
   * The connection is gone.
   * @param ours this side ended it, so that it says nothing of the node
   */
  closed(node: string, link: Link, why: string, ours: boolean): void {
    const record = this.#records.get(node);
    if (record?.link !== link) return;
    const at = this.#options.now();
    record.link = undefined;
    record.since = at;
    if (record.left || this.#stopped) return;
    this.#options.events.emit({ type: 'node.disconnected', at, node, why });
    if (!ours) this.#changes.tell({ kind: 'lost', node });
  }

  /** From now on, connections end because this side stops. */
  stop(): void {
    this.#stopped = true;
  }

  /** Somebody was turned away, or sent away. */
  complain(node: string, why: string): void {
    const at = this.#options.now();
    if (at - (this.#complaints.get(node) ?? -Infinity) < COMPLAINT_EVERY) return;
    this.#complaints.set(node, at);
    this.#options.events.emit({ type: 'node.refused', at, node, why });
  }

  /** Another topology, or other heartbeats: nodes that have to know of it are made to register again. */
  update(topology: Topology): void {
    this.#shares.update(topology);
    for (const record of [...this.#records.values()]) this.#bringUpToDate(record);
  }

  report(node: string): LiveReport | undefined {
    const record = this.#records.get(node);
    return record && showRecord(record);
  }

  get connected(): number {
    let count = 0;
    for (const { link } of this.#records.values()) if (link) count++;
    return count;
  }

  /** Nodes that said that they are about to stop, or goodbye. */
  leaving(): Set<string> {
    const leaving = [...this.#records.values()].filter(isLeaving);
    return new Set(leaving.map(({ node }) => node));
  }

  #refuseDuplicate(node: string, instance: string): void {
    const held = this.#records.get(node);
    if (!held?.link || held.left || held.instance === instance) return;
    const silence = this.#options.now() - held.lastHeard;
    if (silence > patienceOf(held.interval)) return;
    const message = `another instance of node ${node} is connected and alive; stop it, or give this one a name of its own`;
    throw new RegistrationError('duplicate', message);
  }

  #bringUpToDate(record: NodeRecord): void {
    const { node, link, interval } = record;
    const share = this.#shares.of(node);
    if (share === undefined) {
      this.#forget(record);
      link?.close(CLOSE.unknownNode, 'the topology has no such media node any more');
    } else if (share !== record.share) {
      link?.close(CLOSE.reassigned, 'the topology gives this node another share: register again');
    } else if (this.#shares.interval !== interval) {
      link?.close(CLOSE.renewed, 'heartbeats come at another interval from now on: register again');
    }
  }

  #forget(record: NodeRecord): void {
    const { node } = record;
    this.#records.delete(node);
    this.#live.clear(node);
    for (const known of [this.#words, this.#complaints]) known.delete(node);
    this.#shares.forget(node);
    if (isLeaving(record)) this.#changes.tell({ kind: 'leaving' });
  }

  #heartbeat(record: NodeRecord, { status }: MessageOf<'heartbeat'>): void {
    const before = { ...record };
    setStatus(record, status);
    if (otherWorkers(before.workers, record.workers))
      this.#changes.tell({ kind: 'workers', node: record.node });
    this.#tellPhase(before, record);
    this.#tellWord(record);
  }

  #rooms({ node }: NodeRecord, link: Link, { reset, live, closed }: MessageOf<'rooms'>): void {
    if (reset) this.#live.clear(node);
    for (const room of closed) this.#live.delete(node, room);
    const found: string[] = [];
    for (const report of live) {
      const fault = roomNameFault(report.room);
      if (fault !== undefined) throw new ProtocolError(fault);
      if (this.#live.set(node, report)) found.push(report.room);
    }
    if (this.#live.count(node) > MAX_LIVE_ROOMS)
      link.close(CLOSE.tooMany, `more than ${MAX_LIVE_ROOMS} live rooms`);
    if (found.length > 0) this.#changes.tell({ kind: 'found', node, rooms: found });
  }

  #workerDied(record: NodeRecord, { port, reason, rooms }: MessageOf<'worker-died'>): void {
    const { node, status } = record;
    for (const room of rooms) this.#live.delete(node, room);
    setStatus(record, { ...status, workers: status.workers.map((worker) => died(worker, port)) });
    const at = this.#options.now();
    this.#options.events.emit({ type: 'node.worker-died', at, node, port, reason, rooms: rooms.length });
    this.#changes.tell({ kind: 'workers', node });
    this.#tellWord(record);
  }

  #bye(record: NodeRecord, { reason, rooms }: MessageOf<'bye'>): void {
    const { node } = record;
    const before = { ...record };
    record.left = reason;
    record.workers = new Map();
    this.#live.clear(node);
    this.#options.events.emit({ type: 'node.left', at: this.#options.now(), node, reason, rooms });
    this.#tellPhase(before, record);
    this.#tellWord(record);
  }

  /** @param before what was known of the node, if anything was */
  #tellPhase(before: NodeRecord | undefined, record: NodeRecord): void {
    const { node, left } = record;
    const was = before !== undefined && isLeaving(before);
    if (was === isLeaving(record)) return;
    if (!was && !left) {
      const rooms = this.#live.count(node);
      this.#options.events.emit({ type: 'node.draining', at: this.#options.now(), node, rooms });
    }
    this.#changes.tell({ kind: 'leaving' });
  }

  #tellWord(record: NodeRecord): void {
    const word = JSON.stringify(this.reported.word(record));
    if (this.#words.get(record.node) === word) return;
    this.#words.set(record.node, word);
    this.#changes.tell({ kind: 'word', node: record.node });
  }
}

/** Milliseconds without a sign of life after which a connection is given up. @param interval seconds */
export function patienceOf(interval: number): number {
  return Math.max(LEAST_PATIENCE, PATIENCE * interval * 1000);
}

function isLeaving({ left, status }: NodeRecord): boolean {
  return left !== undefined || status.phase === 'draining';
}

function died(worker: WorkerReport, port: number): WorkerReport {
  return worker.port === port ? { ...worker, state: 'dead', pid: null, probe: null } : worker;
}
