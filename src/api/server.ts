import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { PeerCertificates } from '../auth/certificate.ts';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import { RenderCache } from '../dispatcher/render-cache.ts';
import type { TopologyEditor } from '../dispatcher/topology-editor.ts';
import { HealthReader } from '../service/health-reader.ts';
import { NodeProber } from '../service/node-prober.ts';
import { systemClock } from '../health/clock.ts';
import { BalancerBoard } from '../service/balancer-board.ts';
import type { Membership } from '../replicas/membership.ts';
import type { Target } from '../targets/target.ts';
import type { Tracing } from '../tracing/tracer.ts';
import { installAuthentication, type Authentication } from './authentication.ts';
import { installAsyncApi } from './asyncapi.ts';
import { installAudit, type AuditEntry } from './audit.ts';
import { installBrowserGuard } from './browser-guard.ts';
import { answerClientError } from './client-errors.ts';
import { HttpServers } from './http-server.ts';
import { installLargeAnswers } from './large-answers.ts';
import { createMetrics, installMetrics } from './metrics.ts';
import { installOpenApi } from './openapi.ts';
import type { CallerLimit } from './rate-limit.ts';
import { answerError, installProblems } from './problem.ts';
import { requestIds, tellRequestId } from './request-id.ts';
import { installRequestLog } from './request-log.ts';
import { balancerRoutes } from './routes/balancers.ts';
import { entityRoutes } from './routes/entities.ts';
import { healthRoutes } from './routes/health.ts';
import { intentRoutes } from './routes/intent.ts';
import { enrolmentRoutes, type Enrolment } from './routes/enrolment.ts';
import { eventRoutes, type EventRoutesOptions } from './routes/events.ts';
import { mediaNodeRoutes, type MediaNodeRoutesOptions } from './routes/media-nodes.ts';
import { nodeStateRoutes } from './routes/node-state.ts';
import { operationRoutes } from './routes/operations.ts';
import { pinRoutes } from './routes/pins.ts';
import { placementRoutes } from './routes/placements.ts';
import { policyRoutes } from './routes/policies.ts';
import { replicaRoutes } from './routes/replicas.ts';
import { roomRoutes } from './routes/rooms.ts';
import { installTracing } from './tracing.ts';
import { installValidation } from './validation.ts';
import { installWebSockets } from './websockets.ts';

export interface ServerOptions {
  readonly dispatcher: Dispatcher;
  readonly editor: TopologyEditor;
  readonly targets: readonly Target[];
  /** Resolves while the store can be used, rejects with the reason otherwise; behind /readyz. */
  readonly ready: () => Promise<string | undefined>;
  /** Host names that requests may be for, besides localhost and loopback addresses; any where left out. */
  readonly hosts?: readonly string[] | undefined;
  /** What listens; in the clear where left out. */
  readonly servers?: HttpServers | undefined;
  /** How callers show who they are; where left out, everybody may do everything. */
  readonly authentication?: Authentication | undefined;
  /** What one caller may ask in a second; where left out, as much as it likes. */
  readonly limit?: CallerLimit | undefined;
  /** Told of every change by REST, and of what was refused. */
  readonly audit?: ((entry: AuditEntry) => void) | undefined;
  /** Where left out, nothing is known of nodes but what the topology says. */
  readonly health?: HealthReader;
  /** What media nodes report to; where left out, they cannot. */
  readonly nodes?: MediaNodeRoutesOptions;
  /** How nodes get credentials of their own; where left out, none does. */
  readonly enrolment?: Enrolment | undefined;
  /** Where left out, nobody can follow what happens. */
  readonly events?: EventRoutesOptions;
  /** The exchange of RabbitMQ that they go to as well; left out: none. */
  readonly exchange?: string | undefined;
  /** Where left out, nothing is probed by request either. */
  readonly prober?: NodeProber;
  /** Registers what else is to be at /metrics. */
  readonly addMetrics?: (registry: Registry) => void;
  /** How live balancers stand; where left out, nobody has said anything of any. */
  readonly balancers?: BalancerBoard;
  /** The dispatchers that share the store; where left out, it is this one's own. */
  readonly replicas?: Membership | undefined;
  /** Nothing is traced where left out. */
  readonly tracing?: Tracing | undefined;
  /** No logging where left out. */
  readonly logger?: FastifyBaseLogger;
}

/** The largest body of most requests, bytes. */
const BODY_LIMIT = 64 * 1024;
/** A room's name may be 256 bytes, each written as three characters when percent-encoded. */
const MAX_PARAM_LENGTH = 3 * 256;

/** The HTTP server, not listening yet. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { servers = new HttpServers() } = options;
  const app = Fastify({
    ...(options.logger ? { loggerInstance: options.logger } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    // A logger of its own for every request costs more than placing a room does: lines that are about a
    // request name its id themselves.
    childLoggerFactory: (logger) => logger,
    genReqId: requestIds(),
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // Until the last connection is closed, requests are answered like any other, not with a bare 503.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    serverFactory: (listener) => servers.create(listener),
    frameworkErrors: answerError,
    clientErrorHandler: answerClientError,
  }).withTypeProvider<TypeBoxTypeProvider>();

  const { dispatcher } = options;
  const metrics = createMetrics(dispatcher);
  options.addMetrics?.(metrics.registry);
  const rendered = new RenderCache(options.targets);
  installProblems(app);
  app.addHook('onRequest', (request, reply, done) => {
    tellRequestId(request, reply);
    done();
  });
  installRequestLog(app, options.logger?.level);
  // Before every hook that may refuse a request: only then sockets of refused upgrades are closed.
  await installWebSockets(app);
  installLargeAnswers(app);
  installTracing(app, options.tracing);
  installBrowserGuard(app, options.hosts);
  installAudit(app, options.audit);
  const { authentication } = options;
  const certificates = new PeerCertificates({ authorities: () => servers.clientAuthorities, now: Date.now });
  installAuthentication(app, authentication && { certificates, ...authentication }, options.limit);
  installValidation(app);
  await installOpenApi(app);
  installMetrics(app, metrics);
  await app.register(roomRoutes, { dispatcher, metrics });
  await app.register(placementRoutes, { dispatcher, rendered });
  await app.register(entityRoutes, { dispatcher, editor: options.editor });
  await app.register(pinRoutes, { editor: options.editor });
  await app.register(policyRoutes, { editor: options.editor });
  await app.register(nodeStateRoutes, { dispatcher, editor: options.editor });
  if (options.nodes) {
    await app.register(mediaNodeRoutes, options.nodes);
    const { registry } = options.nodes;
    await app.register(enrolmentRoutes, { registry, enrolment: options.enrolment });
  }
  if (options.events) await app.register(eventRoutes, options.events);
  installAsyncApi(app, options.exchange);
  await app.register(healthRoutes, {
    health: options.health ?? new HealthReader(dispatcher),
    prober: options.prober ?? sendsNothing(dispatcher),
  });
  await app.register(intentRoutes, { dispatcher, rendered });
  await app.register(balancerRoutes, {
    dispatcher,
    board: options.balancers ?? new BalancerBoard(systemClock),
  });
  await app.register(replicaRoutes, { replicas: options.replicas });
  await app.register(operationRoutes, { ready: options.ready, dispatcher });
  return app;
}

function sendsNothing(dispatcher: Dispatcher): NodeProber {
  const topology = () => dispatcher.snapshot.view.topology;
  return new NodeProber({ topology, probes: null, now: Date.now });
}
