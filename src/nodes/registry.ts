/**
 * What media nodes report to this dispatcher: who is there, which rooms live where, by what their workers can be
 * probed. All of it is rebuilt from their greetings after a restart; nothing here is ever stored.
 *
 * A node has one connection. The same process may come again (its old connection is then closed). Another
 * process of the same name is turned away while the first one is heard of: two hosts with one node's name
 * would otherwise throw each other out for ever, and rooms of the one that serves would be lost sight of. A process
 * that died closes its connection with it; one whose host died is silent, and gives way soon.
 */
import { roomNameFault } from '../allocation/room-name.ts';
import type { LiveRooms } from '../dispatcher/live-rooms.ts';
import type { EventSink } from '../events/bus.ts';
import { Listeners } from '../events/listeners.ts';
import { heartbeatInterval } from '../health/heartbeat-interval.ts';
import type { CredentialSource, Heartbeat, HeartbeatSource, WorkerCredentials } from '../health/sources.ts';
import { assignmentOf, AssignmentError } from '../media-node/assignment.ts';
import {
  CLOSE,
  PROTOCOL,
  ProtocolError,
  type Assignment,
  type NodeMessage,
  type Registration,
  type RegistrationAnswer,
  type WorkerReport,
} from '../media-node/protocol.ts';
import type { IceCredentials } from '../stun/exchange.ts';
import type { PortRange, Topology } from '../topology/model.ts';
import { LiveIndex } from './live-index.ts';
import type { LiveReport } from './live-report.ts';
import { otherWorkers, setStatus, showRecord, type Link, type NodeRecord } from './record.ts';
import { wordOf } from './word.ts';

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

/** The node cannot be registered, or its connection not be taken. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
  constructor(
    readonly fault: AssignmentError['fault'] | 'duplicate' | 'version' | 'reassigned',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

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
/** Milliseconds for nodes to come back after this dispatcher has started: longer than any pause of theirs. */
const RETURN_LIMIT = 20_000;
/** Milliseconds between two complaints of one kind about one node. */
const COMPLAINT_EVERY = 60_000;

export class NodeRegistry implements CredentialSource, HeartbeatSource {
  readonly #options: NodeRegistryOptions;
  readonly #started: number;
  readonly #records = new Map<string, NodeRecord>();
  readonly #live = new LiveIndex();
  readonly #changes = new Listeners<RegistryChange>();
  /** Shares that were told by registration and not yet confirmed by a connection: by node. */
  readonly #told = new Map<string, { readonly instance: string; readonly share: string }>();
  /** What was told of a node's word last, as text to compare. */
  readonly #words = new Map<string, string>();
  readonly #complaints = new Map<string, number>();
  #expected: ReadonlySet<string> = new Set();
  #topology: Topology;
  #stopped = false;
  /** Media ports that the topology gives to each node. */
  #ports = new Map<string, PortRange | null>();

  constructor(options: NodeRegistryOptions) {
    this.#options = options;
    this.#topology = options.topology;
    this.#setTopology(options.topology);
    this.#started = options.now();
  }

  /** Until the returned function is called. */
  listen(listener: (change: RegistryChange) => void): () => void {
    return this.#changes.add(listener);
  }

  get live(): LiveRooms & Pick<LiveIndex, 'all' | 'count' | 'split'> {
    return this.#live;
  }

  /** Nodes that reported before this dispatcher started: their silence means something after a while. */
  expect(nodes: Iterable<string>): void {
    this.#expected = new Set(nodes);
  }

  /**
   * Whether the topology has such a media node.
   * @throws RegistrationError
   */
  admit(node: string): void {
    this.#assignment(node);
  }

  /** @throws RegistrationError */
  register(node: string, { instance }: Registration): RegistrationAnswer {
    const assignment = this.#assignment(node);
    this.#refuseDuplicate(node, instance);
    this.#told.set(node, { instance, share: shareOf(assignment) });
    return { protocol: PROTOCOL, assignment };
  }

  /**
   * Takes the connection for the node's, and answers with the seconds between its heartbeats.
   * @throws RegistrationError
   */
  hello(node: string, link: Link, { instance, version, protocol, status }: MessageOf<'hello'>): number {
    if (protocol !== PROTOCOL) {
      throw new RegistrationError('version', `protocol version ${protocol} is not ${PROTOCOL}`);
    }
    const share = shareOf(this.#assignment(node));
    this.#refuseDuplicate(node, instance);
    const told = this.#told.get(node);
    this.#told.delete(node);
    if (told?.instance === instance && told.share !== share) {
      throw new RegistrationError('reassigned', 'the topology changed since this node registered');
    }
    const before = this.#records.get(node);
    const same = before?.instance === instance;
    before?.link?.close(CLOSE.replaced, 'this node has connected once more');
    // What lived in another process is gone with it.
    if (!same) this.#live.clear(node);
    const at = this.#options.now();
    const interval = heartbeatInterval(this.#topology.health);
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
    this.#options.events.emit({ type: 'node.connected', at, node, instance, version, restarted });
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
    this.#setTopology(topology);
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

  of(node: string, port: number): IceCredentials | undefined {
    return this.#records.get(node)?.workers.get(port)?.probe ?? undefined;
  }

  *all(): Generator<WorkerCredentials> {
    for (const { node, workers } of this.#records.values()) {
      for (const { port, probe } of workers.values()) if (probe) yield { node, port, ...probe };
    }
  }

  dead(node: string, port: number): string | undefined {
    const state = this.#records.get(node)?.workers.get(port)?.state;
    return state === 'dead' ? `the node says that its media worker of port ${port} died` : undefined;
  }

  last(node: string): Heartbeat | undefined {
    const record = this.#records.get(node);
    if (record) {
      const { rooms, participants, consumers } = record.status;
      return { at: record.lastHeard, ...this.#word(record), detail: { rooms, participants, consumers } };
    }
    const missing = this.#expected.has(node) && this.#options.now() - this.#started > RETURN_LIMIT;
    return missing ? { at: this.#started, state: 'serving' } : undefined;
  }

  #assignment(node: string): Assignment {
    try {
      return assignmentOf(this.#topology, node);
    } catch (cause) {
      if (cause instanceof AssignmentError)
        throw new RegistrationError(cause.fault, cause.message, { cause });
      throw cause;
    }
  }

  #refuseDuplicate(node: string, instance: string): void {
    const held = this.#records.get(node);
    if (!held?.link || held.left || held.instance === instance) return;
    const silence = this.#options.now() - held.lastHeard;
    if (silence > patienceOf(held.interval)) return;
    const message = `another instance of node ${node} is connected and alive; stop it, or give this one a name of its own`;
    throw new RegistrationError('duplicate', message);
  }

  #setTopology(topology: Topology): void {
    this.#topology = topology;
    this.#ports = new Map(topology.nodes.map(({ id, mediaPorts }) => [id, mediaPorts]));
  }

  #bringUpToDate(record: NodeRecord): void {
    const { node, link, interval } = record;
    const share = this.#shareNow(node);
    if (share === undefined) {
      this.#forget(record);
      link?.close(CLOSE.unknownNode, 'the topology has no such media node any more');
    } else if (share !== record.share) {
      link?.close(CLOSE.reassigned, 'the topology gives this node another share: register again');
    } else if (heartbeatInterval(this.#topology.health) !== interval) {
      link?.close(CLOSE.renewed, 'heartbeats come at another interval from now on: register again');
    }
  }

  #shareNow(node: string): string | undefined {
    try {
      return shareOf(this.#assignment(node));
    } catch (error) {
      if (error instanceof RegistrationError) return undefined;
      throw error;
    }
  }

  #forget(record: NodeRecord): void {
    const { node } = record;
    this.#records.delete(node);
    this.#live.clear(node);
    for (const map of [this.#words, this.#complaints, this.#told]) map.delete(node);
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

  #word({ status, left, node }: NodeRecord): Pick<Heartbeat, 'state' | 'why'> {
    return wordOf(status, left, this.#ports.get(node) ?? null);
  }

  #tellWord(record: NodeRecord): void {
    const word = JSON.stringify(this.#word(record));
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

/** What a node must register again for: not its administrative state, which is no business of its own. */
function shareOf(assignment: Assignment): string {
  return JSON.stringify({ ...assignment, state: undefined });
}

function died(worker: WorkerReport, port: number): WorkerReport {
  return worker.port === port ? { ...worker, state: 'dead', pid: null, probe: null } : worker;
}
