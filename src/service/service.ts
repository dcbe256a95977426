/**
 * Everything around the dispatcher that goes on by itself: nodes that report, probes, maintenance windows, claims
 * kept in step with where rooms live.
 */
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Registry as Prometheus } from 'prom-client';
import { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { EventBus } from '../events/bus.ts';
import { systemClock, type Clock } from '../health/clock.ts';
import { deepCheckMetrics } from '../health/deep-metrics.ts';
import { healthMetrics } from '../health/metrics.ts';
import type { Probes } from '../health/probe.ts';
import { createProbes, type ProbeSources } from '../health/probes/registry.ts';
import { secretFrom } from '../health/secret-file.ts';
import { nodeReportMetrics } from '../nodes/metrics.ts';
import { NodeRegistry } from '../nodes/registry.ts';
import type { VipProbe } from '../reconcile/carry-out.ts';
import type { Membership } from '../replicas/membership.ts';
import { SharedHealth } from '../replicas/shared-health.ts';
import { drainedNodes } from '../schedule/drained.ts';
import { periodically, type Periodically } from '../schedule/trigger.ts';
import type { Store } from '../store/store.ts';
import type { Topology } from '../topology/model.ts';
import { TracedDispatcher } from '../tracing/dispatcher.ts';
import type { Tracer } from '../tracing/tracer.ts';
import { ClaimKeeper } from './claim-keeper.ts';
import { startDeepChecks } from './deep-checks.ts';
import { HealthReader } from './health-reader.ts';
import { HealthService } from './health-service.ts';
import { NodeProber } from './node-prober.ts';
import { RoomMover } from './room-mover.ts';
import { vipProbe } from './vip-probe.ts';
import { startMaintenance } from './maintenance-service.ts';

export interface ServiceOptions {
  readonly store: Store;
  readonly topology: Topology;
  readonly events: EventBus;
  readonly logger: Pick<Logger, 'warn'>;
  /** False: no probe is sent; what nodes say of themselves counts all the same. */
  readonly sending: boolean;
  readonly clock?: Clock;
  /** node-cron where left out. */
  readonly periodically?: Periodically;
  /** Every probe there is where left out. */
  readonly probes?: (sources: ProbeSources) => Probes;
  /** The other dispatchers that share the store; left out: there are none. */
  readonly membership?: Membership | undefined;
  /** Left out: decisions are not traced. */
  readonly tracer?: Tracer | undefined;
}

/** How often all live rooms are compared with their claims; what is new is at once. */
const RECONCILE = '*/5 * * * *';

interface Parts {
  readonly dispatcher: Dispatcher;
  readonly registry: NodeRegistry;
  readonly health: HealthService;
  readonly keeper: ClaimKeeper;
  readonly prober: NodeProber;
  /** Null: none are sent. */
  readonly probes: Probes | null;
}

export class Service {
  readonly dispatcher: Dispatcher;
  readonly registry: NodeRegistry;
  readonly reader: HealthReader;
  readonly prober: NodeProber;
  /** Undefined where no probe is sent. */
  readonly vipProbe: VipProbe | undefined;
  readonly now: () => number;
  readonly #events: EventBus;
  readonly #health: HealthService;
  readonly #keeper: ClaimKeeper;
  readonly #ends: (() => void | Promise<void>)[];

  private constructor(parts: Parts, options: ServiceOptions) {
    const { events, clock = systemClock, logger } = options;
    const every = options.periodically ?? periodically;
    this.dispatcher = parts.dispatcher;
    this.registry = parts.registry;
    this.prober = parts.prober;
    const { dispatcher, registry, health, keeper, probes } = parts;
    const declared = () => dispatcher.declared;
    this.vipProbe = probes ? vipProbe({ topology: declared, stun: probes.stun, hurry: true }) : undefined;
    this.#health = parts.health;
    this.#keeper = parts.keeper;
    this.#events = events;
    this.now = () => clock.now();
    this.reader = new HealthReader(dispatcher, {
      probing: () => health.probing,
      detector: () => health.detector,
      live: (node) => registry.report(node),
      maintenance: (node) => windowsOf(dispatcher, node),
      panicThreshold: () => dispatcher.declared.health.panicThreshold,
      now: this.now,
    });
    const mover = new RoomMover({ dispatcher, events, clock, logger });
    this.#ends = [
      () => mover.stop(),
      startMaintenance({ dispatcher, events, now: this.now }),
      every({
        cron: RECONCILE,
        timeZone: 'UTC',
        work: () => {
          mover.look();
          return keeper.reconcile();
        },
        onError: (err) => logger.warn({ err }, 'comparing live rooms with claims failed'),
      }),
    ];
    if (!probes) return;
    const believed = (node: string) => health.detector.node(node, clock.now());
    const deep = { dispatcher, probes, health: believed, events, clock, logger, periodically: every };
    this.#ends.push(startDeepChecks(deep));
  }

  /** What is known from before holds when this settles. Rejects where the store cannot be read. */
  static async start(options: ServiceOptions): Promise<Service> {
    const { store, topology, events, logger, sending, membership, tracer, clock = systemClock } = options;
    const { coordination } = store;
    const now = () => clock.now();
    const registry = new NodeRegistry({ topology, events, now });
    const reports = { live: registry.live, events };
    const dispatcher = tracer
      ? new TracedDispatcher(store.claims, topology, reports, tracer)
      : new Dispatcher(store.claims, topology, reports);
    const { reported } = registry;
    const sources = { credentials: reported, heartbeats: reported, now, secret: secretFrom };
    const probes = (options.probes ?? createProbes)(sources);
    const health = await HealthService.start({
      dispatcher,
      registry,
      probes,
      notes: store.notes,
      events,
      clock,
      logger,
      sending,
      seed: hostname(),
      shared: membership && coordination ? new SharedHealth({ coordination, membership }) : undefined,
    });
    const keeper = new ClaimKeeper({ dispatcher, registry, events, logger, now });
    const sent = sending ? probes : null;
    const prober = new NodeProber({ topology: () => dispatcher.declared, probes: sent, now });
    return new Service({ dispatcher, registry, health, keeper, prober, probes: sent }, options);
  }

  /** Registers the metrics of all of it. */
  addMetrics(prometheus: Prometheus): void {
    const { dispatcher, registry } = this;
    const { scheduler, detector } = this.#health;
    this.#ends.push(
      healthMetrics(prometheus, scheduler, detector),
      deepCheckMetrics(prometheus, this.#events),
      nodeReportMetrics(prometheus, {
        registry,
        events: this.#events,
        nodes: () => dispatcher.declared.nodes.map(({ id }) => id),
        split: () => this.#keeper.split,
      }),
    );
  }

  /** Ends all of it but the dispatcher's answers; what is known is noted down. The store can be closed then. */
  async stop(): Promise<void> {
    this.registry.stop();
    for (const end of this.#ends.splice(0)) await end();
    await this.#keeper.stop();
    await this.#health.stop();
  }
}

function windowsOf({ maintenance, declared }: Dispatcher, node: string): readonly string[] {
  if (maintenance.length === 0) return [];
  return drainedNodes(maintenance, declared.nodes).get(node)?.windows ?? [];
}
