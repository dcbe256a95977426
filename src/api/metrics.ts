/** Prometheus metrics of one server. Label values come from fixed lists or from the topology: bounded. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import { readyMade } from './responses.ts';

export interface Metrics {
  readonly registry: Registry;
  readonly claims: Counter<'result'>;
  readonly requests: Histogram<'method' | 'route' | 'status'>;
}

export function createMetrics(dispatcher: Dispatcher): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  new Gauge({
    name: 'roomlb_rooms',
    help: 'Rooms handed out, by node; nodes that were removed count until their rooms are placed anew.',
    labelNames: ['node'],
    registers,
    collect() {
      this.reset();
      for (const { id } of dispatcher.snapshot.view.topology.nodes) this.set({ node: id }, 0);
      for (const [node, rooms] of dispatcher.claims.loads()) this.set({ node }, rooms);
    },
  });
  new Gauge({
    name: 'roomlb_nodes',
    help: 'Nodes of the topology, by administrative state.',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset();
      for (const { state } of dispatcher.snapshot.view.topology.nodes) this.inc({ state });
    },
  });
  new Gauge({
    name: 'roomlb_maintenance_open',
    help: '1 while the maintenance window is open.',
    labelNames: ['window'],
    registers,
    collect() {
      this.reset();
      for (const { id } of dispatcher.declared.maintenance) this.set({ window: id }, 0);
      for (const { window } of dispatcher.maintenance) this.set({ window: window.id }, 1);
    },
  });
  new Gauge({
    name: 'roomlb_revision_info',
    help: 'Always 1; the label is the revision of the intent that answers follow from.',
    labelNames: ['revision'],
    registers,
    collect() {
      this.reset();
      this.set({ revision: dispatcher.snapshot.revision }, 1);
    },
  });

  return {
    registry,
    claims: new Counter({
      name: 'roomlb_claims_total',
      help: 'Requests for a place, by result.',
      labelNames: ['result'],
      registers,
    }),
    requests: new Histogram({
      name: 'roomlb_http_request_duration_seconds',
      help: 'Time to answer HTTP requests; status 499: the client was gone before the answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
  };
}

/** As nginx calls a request whose client closed the connection before the answer. */
const GONE = '499';

export function installMetrics(app: FastifyInstance, metrics: Metrics): void {
  const observe = (
    { method, routeOptions }: FastifyRequest,
    status: string,
    { elapsedTime }: FastifyReply,
  ) => {
    metrics.requests.observe({ method, route: routeOptions.url ?? 'none', status }, elapsedTime / 1000);
  };
  app.addHook('onResponse', (request, reply, done) => {
    observe(request, String(reply.statusCode), reply);
    done();
  });
  // No response comes of these any more, and the slowest are among them: clients that lost patience.
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.raw.destroyed) observe(request, GONE, reply);
    done(null, payload);
  });
  const response = { 200: readyMade('text/plain', 'In the text format of Prometheus.') };
  app.get(
    '/metrics',
    {
      config: { scope: 'metrics' },
      schema: { tags: ['operations'], summary: 'Prometheus metrics', response },
    },
    async (_, reply) => reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
