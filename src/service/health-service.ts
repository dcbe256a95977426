import type { Logger } from 'pino';
import type { Observed } from '../cluster/view.ts';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { EventSink } from '../events/bus.ts';
import type { Clock } from '../health/clock.ts';
import { Coalesced } from '../health/coalesce.ts';
import { Detector } from '../health/detector/detector.ts';
import type { DetectorSnapshot } from '../health/detector/snapshot.ts';
import type { Endpoint } from '../health/endpoint.ts';
import type { HealthEvent } from '../health/events.ts';
import { readHealthNote, senders, writeHealthNote } from '../health/notes.ts';
import { planProbes } from '../health/plan.ts';
import type { Probes } from '../health/probe.ts';
import type { Probing } from '../health/report.ts';
import { HealthScheduler, type ProbeResult } from '../health/scheduler.ts';
import type { NodeRegistry, RegistryChange } from '../nodes/registry.ts';
import type { SharedHealth } from '../replicas/shared-health.ts';
import type { NoteStore } from '../store/store.ts';
import type { Topology } from '../topology/model.ts';
import { isDeepStrictEqual } from 'node:util';

export interface HealthServiceOptions {
  readonly dispatcher: Dispatcher;
  readonly registry: NodeRegistry;
  readonly probes: Probes;
  readonly notes: NoteStore;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** False: nothing is sent; only what nodes say of themselves counts. */
  readonly sending: boolean;
  /** Tells this process from others that probe the same nodes. */
  readonly seed: string;
  /** Left out: nobody else probes, and nobody else is asked. */
  readonly shared?: SharedHealth | undefined;
}

/** Milliseconds between two views of the cluster when much changes at once, and the share of time they may take. */
const VIEW_PAUSE = 50;
const VIEW_SHARE = 0.3;
/** The same for what is probed, when one change of the topology follows on another. */
const PLAN_PAUSE = 50;
const PLAN_SHARE = 0.2;
/** Milliseconds between two notes, and the share of time that noting down may take: so much may be lost by kill -9. */
const NOTE_PAUSE = 50;
const NOTE_SHARE = 0.1;
/** The same pause where others share the store: what they believe is known from them anyway. */
const SHARED_NOTE_PAUSE = 2000;
/** Milliseconds after which what has merely been counted is noted down as well. */
const NOTE_EVERY = 30_000;
/** What is asked of a node at once when its connection breaks. */
const ON_LOSS = ['stun', 'http', 'tcp'] as const;

/**
 * Keeps the health of nodes for a dispatcher: probes them as the topology says, hears what they say of themselves,
 * and tells the dispatcher what follows. What is known outlives the process.
 */
export class HealthService {
  readonly scheduler: HealthScheduler;
  readonly #detector: Detector;
  readonly #options: HealthServiceOptions;
  readonly #plans: Coalesced;
  readonly #view: Coalesced;
  readonly #note: Coalesced;
  readonly #ends: (() => void)[] = [];
  #declared: Topology;
  /** What is probed is still that of an earlier topology. */
  #behind = false;
  #noteFailed = false;
  #cancelNote: () => void = () => undefined;

  private constructor(options: HealthServiceOptions, snapshot: DetectorSnapshot | undefined) {
    const { dispatcher, probes, clock, seed, shared } = options;
    this.#options = options;
    this.#declared = dispatcher.declared;
    const { health } = this.#declared;
    const endpoints = this.#plan(this.#declared);
    this.#detector = new Detector(health, endpoints, clock.now(), snapshot);
    this.scheduler = new HealthScheduler({
      detector: this.#detector,
      probes,
      clock,
      endpoints,
      concurrency: health.concurrency,
      seed,
    });
    this.#plans = new Coalesced(
      clock,
      () => this.#catchUp(),
      (took) => Math.max(PLAN_PAUSE, took / PLAN_SHARE),
    );
    this.#view = new Coalesced(
      clock,
      () => this.#tellDispatcher(),
      (took) => Math.max(VIEW_PAUSE, took / VIEW_SHARE),
    );
    this.#note = new Coalesced(
      clock,
      () => this.#writeNote(),
      (took) => Math.max(shared ? SHARED_NOTE_PAUSE : NOTE_PAUSE, took / NOTE_SHARE),
    );
  }

  /**
   * Takes up what is known from before and begins. The dispatcher knows it when this settles: a node that was down
   * is so from the first request on.
   */
  static async start(options: HealthServiceOptions): Promise<HealthService> {
    const { notes, logger, registry } = options;
    const { snapshot, fault } = await readHealthNote(notes);
    if (fault !== undefined) logger.warn({ fault }, 'what was known of the health of nodes cannot be read');
    if (snapshot) registry.reported.expect(senders(snapshot));
    const service = new HealthService(options, snapshot);
    service.#begin();
    return service;
  }

  /** What of it is still to be told or noted down is, before this settles. */
  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    this.#options.shared?.stop();
    this.#cancelNote();
    await this.#plans.end();
    await this.scheduler.stop();
    await this.#view.end();
    this.#note.request();
    await this.#note.end();
  }

  /** Of the topology as it is now. */
  get detector(): Detector {
    this.#catchUp();
    return this.#detector;
  }

  get probing(): Probing {
    if (!this.#declared.health.enabled) return 'off';
    return this.#options.sending ? 'active' : 'passive';
  }

  #begin(): void {
    const { dispatcher, registry } = this.#options;
    this.#ends.push(
      this.scheduler.listen((event) => this.#happened(event)),
      this.scheduler.listenToResults((result) => this.#found(result)),
      registry.listen((change) => this.#heard(change)),
      dispatcher.onChange(() => this.#follow()),
    );
    this.#options.shared?.start({ assigned: () => this.#replan(), news: () => this.#view.request() });
    this.#tellDispatcher();
    this.scheduler.start();
    this.#noteLater();
  }

  /** Of what is declared; windows of maintenance change nothing of what is probed. */
  #plan(topology: Topology): readonly Endpoint[] {
    const { endpoints, notes } = planProbes(topology, topology.health);
    for (const note of notes) this.#options.logger.warn({ note }, 'health check without effect');
    const { sending, shared } = this.#options;
    // Nodes report to every replica: that costs nothing to hear.
    const sends = ({ node }: Endpoint) => sending && (!shared || shared.probes(node));
    return endpoints.filter((endpoint) => endpoint.check === 'heartbeat' || sends(endpoint));
  }

  #catchUp(): void {
    if (this.#behind) this.#replan();
  }

  /** Other nodes are to be probed, or by other checks. */
  #replan(): void {
    this.#behind = false;
    this.scheduler.update(this.#declared.health, this.#plan(this.#declared));
    this.#view.request();
  }

  #follow(): void {
    const { dispatcher, registry } = this.#options;
    const { declared } = dispatcher;
    if (declared === this.#declared) return;
    this.#declared = declared;
    registry.update(declared);
    this.#behind = true;
    this.#plans.request();
    this.#view.request();
    this.#note.request();
  }

  #happened(event: HealthEvent): void {
    this.#options.events.emit(event);
    if (event.type === 'node.state' || event.type === 'node.weight') this.#view.request();
    this.#note.request();
  }

  /** Which workers of a node that is down serve all the same may change without the node's changing. */
  #found({ endpoint }: ProbeResult): void {
    if (this.#detector.state(endpoint.node) === 'down') this.#view.request();
  }

  #heard(change: RegistryChange): void {
    const { scheduler } = this;
    this.#catchUp();
    switch (change.kind) {
      case 'word':
        void scheduler.recheck(change.node, 'heartbeat');
        break;
      case 'workers':
        void scheduler.recheck(change.node, 'stun');
        break;
      case 'lost':
        for (const check of ON_LOSS) void scheduler.recheck(change.node, check);
        break;
      case 'leaving':
        this.#view.request();
        break;
      case 'found':
        break;
    }
  }

  #tellDispatcher(): void {
    const { dispatcher, registry, clock, shared } = this.#options;
    const own = {
      health: this.#detector.states(),
      factors: this.#detector.factors(),
      serving: this.#detector.serving(clock.now()),
    };
    const nodes = dispatcher.declared.nodes.map(({ id }) => id);
    const believed = shared && this.#declared.health.enabled ? shared.agree(own, nodes) : own;
    const observed: Observed = { ...believed, leaving: registry.leaving() };
    const { health, factors, serving, leaving } = dispatcher.snapshot.view;
    if (!isDeepStrictEqual(observed, { health, factors, serving, leaving })) dispatcher.observe(observed);
  }

  async #writeNote(): Promise<void> {
    const { notes, logger } = this.#options;
    try {
      await writeHealthNote(notes, this.#detector.snapshot());
      this.#noteFailed = false;
    } catch (err) {
      if (!this.#noteFailed) logger.warn({ err }, 'the health of nodes cannot be noted down; trying on');
      this.#noteFailed = true;
    }
  }

  #noteLater(): void {
    this.#cancelNote = this.#options.clock.after(NOTE_EVERY, () => {
      this.#note.request();
      this.#noteLater();
    });
  }
}
