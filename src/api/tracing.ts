/**
 * A span for each request, by the semantic conventions of HTTP servers:
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/. No header and no query gets into it.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Attributes, RequestSpan, Tracing } from '../tracing/tracer.ts';
import { pathOf } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where it is not traced. */
    trace: RequestSpan | null;
  }
}

/** Asked by machines every few seconds: told only as a part of somebody's trace. */
const PROBED: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz', '/metrics']);

/** @param tracing where left out, nothing is traced, and no request comes by here */
export function installTracing(app: FastifyInstance, tracing?: Tracing): void {
  app.decorateRequest('trace', null);
  if (!tracing) return;
  const upgrading = new WeakMap<object, RequestSpan>();
  app.addHook('onRequest', (request, { raw }, done) => {
    const { url } = request.routeOptions;
    if (PROBED.has(url) && request.headers.traceparent === undefined) {
      done();
      return;
    }
    const name = url === undefined ? request.method : `${request.method} ${url}`;
    const span = tracing.request(name, () => attributesOf(request), request.headers);
    request.trace = span;
    raw.once('close', () => {
      const { statusCode, writableFinished } = raw;
      if (!writableFinished) span.end({ 'roomlb.aborted': true });
      else span.end({ 'http.response.status_code': statusCode }, failureOf(statusCode));
    });
    if (request.ws) upgrading.set(request.raw, span);
    done();
  });
  // Not before: hooks, validation and the route follow a body, which comes in by events of its socket.
  app.addHook('preValidation', (request, _, done) => {
    if (request.trace) request.trace.run(done);
    else done();
  });
  // How long somebody reads a stream is not how long it took to answer.
  app.addHook('onSend', (request, reply, payload, done) => {
    if (String(reply.getHeader('content-type')).startsWith('text/event-stream'))
      request.trace?.end({ 'http.response.status_code': reply.statusCode });
    done(null, payload);
  });
  app.websocketServer.on('connection', (_, raw) =>
    upgrading.get(raw)?.end({ 'http.response.status_code': 101 }),
  );
}

/** What a client did wrong is no failure of a server's. */
function failureOf(status: number): string | undefined {
  return status >= 500 ? String(status) : undefined;
}

function attributesOf(request: FastifyRequest): Attributes {
  const { method, protocol, routeOptions, raw, hostname, port, ip } = request;
  return {
    'http.request.method': method,
    'http.route': routeOptions.url,
    'url.path': pathOf(request),
    'url.scheme': protocol,
    'network.protocol.version': raw.httpVersion,
    'server.address': hostname,
    'server.port': port ?? undefined,
    'client.address': ip,
    'roomlb.request_id': request.id,
    ...subjectOf(request),
  };
}

/** The room or node that the URL names. */
function subjectOf({ params, routeOptions: { url = '' } }: FastifyRequest): Attributes {
  const { room, id } = (params ?? {}) as { readonly room?: string; readonly id?: string };
  if (room !== undefined) return { 'roomlb.room': room };
  return url.startsWith('/v1/nodes/') ? { 'roomlb.node': id } : {};
}
