/** The edge where everything meets: files, store, server, signals. */
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { isLoopback } from '../api/loopback.ts';
import { buildServer } from '../api/server.ts';
import type { LinkOptions } from '../amqp/link.ts';
import { amqpMetrics } from '../amqp/metrics.ts';
import { AmqpMirror } from '../amqp/mirror.ts';
import { CallerLimit } from '../api/rate-limit.ts';
import { loadStoredTopology } from '../dispatcher/stored-topology.ts';
import { TopologyEditor } from '../dispatcher/topology-editor.ts';
import { EventBus } from '../events/bus.ts';
import { logEvents } from '../events/log.ts';
import { eventMetrics } from '../events/metrics.ts';
import { ownHistory } from '../events/own-history.ts';
import { EventStream } from '../events/stream.ts';
import { systemClock } from '../health/clock.ts';
import { balancerMetrics } from '../service/balancer-metrics.ts';
import { BalancerBoard } from '../service/balancer-board.ts';
import { driveLocally } from '../service/local-balancers.ts';
import type { Engine } from '../service/open-engine.ts';
import { Service } from '../service/service.ts';
import { storeMetrics } from '../service/store-metrics.ts';
import type { Probing } from '../health/report.ts';
import { Leases } from '../replicas/lease.ts';
import { Membership } from '../replicas/membership.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { TARGETS } from '../targets/registry.ts';
import type { HealthConfig } from '../topology/health/config.ts';
import type { Topology } from '../topology/model.ts';
import { tracingMetrics } from '../tracing/metrics.ts';
import { TracedStore } from '../tracing/store.ts';
import type { Tracing } from '../tracing/tracer.ts';
import { amqpLinkOf, amqpReloadables, type AmqpOptions } from './amqp-options.ts';
import { openAuditLog } from './audit-log.ts';
import { engineOf, findBalancer } from './balancers.ts';
import { printFaults, readTopology } from './context.ts';
import { CliError, EXIT } from './exit.ts';
import { parseListen } from './listen.ts';
import { createLogger, type LogLevel } from './logger.ts';
import type { Io } from './output.ts';
import { openedFor, type StoreOptions } from './store-options.ts';
import { keepReloading } from './reloading.ts';
import { mustBeSafe, serveAccess, type ServeAccess, type ServeAccessOptions } from './serve-access.ts';
import { collectorOf, type Collector, type TracesOptions } from './traces-options.ts';

export interface ServeOptions extends StoreOptions, ServeAccessOptions, AmqpOptions, TracesOptions {
  readonly topology: string;
  readonly listen: string;
  readonly logLevel: LogLevel;
  readonly allowHost: readonly string[];
  /** False: no probes are sent. */
  readonly probes: boolean;
  /** Ids of balancers on this host, to be kept as the intent says. */
  readonly apply: readonly string[];
  readonly stateDir: string;
}

const PROBING: Readonly<Record<Probing, (health: HealthConfig) => string>> = {
  active: ({ interval }) =>
    `nodes are probed, most checks every ${interval / 1000} s; --no-probes sends nothing`,
  passive: () => 'no probes are sent: nodes are judged by what they report of themselves',
  off: () => 'health.enabled is false: nodes are not judged',
};

/** How long answers that are under way may take once the server shuts down. */
const SHUTDOWN_MS = 5000;
/** How long the process may go on once traces were given up. */
const LAST_WORDS_MS = 50;

/** Runs until SIGINT or SIGTERM, then answers what is under way and closes the store. */
export async function serve(io: Io, options: ServeOptions): Promise<void> {
  mustBeSafe(parseListen(options.listen), options.listen, options);
  const access = await serveAccess(options);
  const amqp = await amqpLinkOf(options);
  const collector = collectorOf(options);
  let tracing: Tracing | undefined;
  const logger = createLogger(options.logLevel, {}, collector && (() => tracing?.ids() ?? {}));
  const declared = await readTopology(io, options.topology);
  if (collector) tracing = await startedTracing(collector, declared.cluster, logger);
  try {
    await serveDeclared(io, options, { declared, access, amqp, logger, tracing });
  } finally {
    // Last: the end of all else is told, too.
    if (tracing) await endTracing(tracing);
  }
}

/** The SDK is loaded here and nowhere else: who does not trace does without. */
async function startedTracing(collector: Collector, cluster: string, logger: Logger): Promise<Tracing> {
  const { startTracing } = await import('../tracing/opentelemetry.ts');
  logger.info(`traces go to ${collector.place}`);
  return startTracing({ ...collector, cluster, logger });
}

async function endTracing(tracing: Tracing): Promise<void> {
  if (await tracing.stop()) return;
  // What the exporter still tries cannot be called off, and would hold the process for as long as it tries.
  setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
}

interface Prepared {
  readonly declared: Topology;
  readonly access: ServeAccess;
  readonly amqp: Omit<LinkOptions, 'name'> | undefined;
  readonly logger: Logger;
  readonly tracing: Tracing | undefined;
}

async function serveDeclared(
  io: Io,
  options: ServeOptions,
  { declared, access, amqp, logger, tracing }: Prepared,
): Promise<void> {
  const events = new EventBus((err) => logger.error({ err }, 'a listener to events failed'));
  logEvents(events, logger);
  const opened = await openedFor(options, declared.cluster, (spec, redis) =>
    openStore(spec, { ...redis, events, tracer: tracing }),
  );
  const store = tracing ? new TracedStore(opened, tracing) : opened;
  try {
    const stored = await loadStoredTopology(store.topology, declared);
    if (stored.result === 'invalid') {
      printFaults(io, stored.faults);
      throw new CliError(
        EXIT.badInput,
        `${options.topology} and the changes made by REST do not fit together`,
      );
    }
    for (const entity of stored.overridden)
      logger.warn({ entity }, 'changed by REST and in the file: the file wins');

    const { topology } = stored;
    // A balancer that is named twice, by its id and by its target, is driven once.
    const balancers = [...new Set(options.apply.map((name) => findBalancer(topology, name)))];
    const { coordination } = store;
    const membership = coordination && (await Membership.join(coordination));
    const service = await Service.start({
      ...{ store, topology, events, logger, membership, tracer: tracing },
      sending: options.probes,
    });
    const leases = new Leases(coordination);
    try {
      const { cluster } = topology;
      const driven = {
        ...{ cluster, stateFolder: options.stateDir, probe: service.vipProbe },
        fence: (balancer: string) => leases.fenceFor(balancer),
        tracer: tracing,
      };
      const engines = balancers.map((balancer) => engineOf(balancer, driven));
      const running = { service, membership, engines, events, logger, access, amqp, tracing };
      await answer(options, store, running);
    } finally {
      await leases.end();
      await service.stop();
      await membership?.leave();
    }
  } finally {
    await store.close();
  }
}

interface Running {
  readonly service: Service;
  readonly membership: Membership | undefined;
  readonly engines: readonly Engine[];
  readonly events: EventBus;
  readonly logger: Logger;
  readonly access: ServeAccess;
  readonly amqp: Omit<LinkOptions, 'name'> | undefined;
  readonly tracing: Tracing | undefined;
}

/** Answers requests until a signal comes, and those that are under way then. */
async function answer(
  options: ServeOptions,
  store: Store,
  { service, membership, engines, events, logger, access, amqp, tracing }: Running,
): Promise<void> {
  const { host, port } = parseListen(options.listen);
  const { dispatcher, registry, reader, prober, now } = service;
  const balancers = new BalancerBoard(systemClock, events);
  const editor = new TopologyEditor(store.topology, dispatcher, tracing);
  const unfollow = editor.follow((err) =>
    logger.error({ err }, 'the topology of other replicas cannot be followed'),
  );
  const stream = new EventStream(events);
  const named = (link: Omit<LinkOptions, 'name'>): LinkOptions => ({
    ...link,
    name: `roomlb ${dispatcher.declared.cluster} ${stream.history.epoch}`,
  });
  const mirror =
    amqp &&
    new AmqpMirror({
      link: named(amqp),
      ...{ cluster: dispatcher.declared.cluster, events, history: ownHistory(events), logger },
    });
  const audit = options.auditLog === undefined ? undefined : openAuditLog(options.auditLog, logger);
  const app = await buildServer({
    dispatcher,
    editor,
    targets: TARGETS,
    health: reader,
    prober,
    nodes: { registry, now },
    events: { stream, now },
    exchange: amqp?.exchange,
    balancers,
    addMetrics(prometheus) {
      service.addMetrics(prometheus);
      eventMetrics(prometheus, events, stream);
      if (mirror) amqpMetrics(prometheus, () => mirror.figures);
      if (tracing) tracingMetrics(prometheus, tracing.figures);
      storeMetrics(prometheus, {
        claims: dispatcher.claims,
        events,
        replicas: () => membership?.alive.length ?? 1,
      });
      const statuses = () => dispatcher.declared.balancers.map((balancer) => balancers.status(balancer));
      balancerMetrics(prometheus, { events, statuses });
    },
    ready: () => store.ready(),
    replicas: membership,
    // Beyond loopback nobody knows under which names it is asked, unless told.
    hosts: isLoopback(host) || options.allowHost.length > 0 ? options.allowHost : undefined,
    authentication: access.authentication,
    enrolment: access.nodeCredentials && { credentials: access.nodeCredentials, once: store.once },
    limit:
      options.rateLimit === undefined
        ? undefined
        : new CallerLimit(options.rateLimit, () => performance.now() / 1000),
    audit: audit?.write,
    servers: access.servers,
    tracing,
    logger,
  });
  await app.listen({ host, port }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.unreachable, `cannot listen on ${options.listen}: ${why}`, { cause });
  });
  // Not before: a second dispatcher that was started by mistake finds its address taken, and drives and tells nothing.
  mirror?.start();
  const stopDriving = driveLocally({ dispatcher, board: balancers, engines, clock: systemClock });
  const base = `${access.servers.scheme}://${authority(app.server.address(), host)}`;
  const { cluster, vips, nodes, health } = dispatcher.declared;
  logger.info(
    { cluster, vips: vips.length, nodes: nodes.length, revision: dispatcher.snapshot.revision },
    `topology ${options.topology}, store ${store.description}`,
  );
  logger.info(PROBING[reader.probing](health));
  if (access.authentication === undefined) logger.info(`try: curl -X PUT ${base}/v1/rooms/standup`);
  logger.info(`API ${base}/docs  OpenAPI ${base}/openapi.json  metrics ${base}/metrics`);
  // Whoever started it with a channel need not read the log to learn the port that the system chose.
  process.send?.({ listening: base });
  const reloadables = [
    ...access.reloadables,
    ...(audit ? [audit.reloadable] : []),
    ...(mirror ? amqpReloadables(options, (link) => mirror.renew(named(link))) : []),
  ];
  const stopReloading = keepReloading(reloadables, logger);
  await signalled();
  stopReloading();
  logger.info('shutting down');
  unfollow();
  // Before what is known of nodes ends: engines are left as they are.
  await stopDriving();
  // Before the connections of nodes are closed, which would look like the loss of all of them.
  await service.stop();
  // Node spares connections on which no request was ever finished; they must not hold the store for ever.
  const impatience = setTimeout(() => app.server.closeAllConnections(), SHUTDOWN_MS);
  await app.close();
  clearTimeout(impatience);
  // Nothing happens any more.
  await mirror?.stop();
  audit?.close();
}

function authority(address: AddressInfo | string | null, host: string): string {
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** From the first signal on, later ones change nothing: Ctrl-C in a terminal reaches parent and child, who passes it on. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
}
