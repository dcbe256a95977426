/** Who changed what by REST, with what was there before and after. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Scope } from '../auth/scope.ts';
import { pathOf } from './problem.ts';

/** What a request changed, as documents; null: nothing was there, or is. */
export interface Change {
  readonly before: unknown;
  readonly after: unknown;
}

export interface AuditEntry extends Change {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly request: string;
  /** Where requests are traced. */
  readonly trace_id?: string;
  /** Name of the credential; null where callers are not authenticated. */
  readonly who: string | null;
  readonly address: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly status: number;
  readonly outcome: 'changed' | 'refused' | 'failed';
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by routes that changed something. */
    change: Change | null;
  }
}

/** Scopes of routes that change something. What nodes say of themselves is no change of anybody's. */
const CHANGING: ReadonlySet<Scope | 'public' | undefined> = new Set<Scope>([
  'rooms:write',
  'nodes:write',
  'topology:write',
  'engines:apply',
]);
/** Scopes of what nodes do for themselves: somebody would be another node, or comes with a secret that was used. */
const NODES_OWN: ReadonlySet<Scope | 'public' | undefined> = new Set<Scope>(['nodes:report', 'nodes:enrol']);
const FORBIDDEN = 403;
/** Not even asked who they are: the log would be theirs to fill. */
const UNAUTHENTICATED = [401, 429];

/** @param write where left out, nothing is written */
export function installAudit(app: FastifyInstance, write?: (entry: AuditEntry) => void): void {
  app.decorateRequest('change', null);
  if (!write) return;
  // Not once the answer has left: who hangs up before would change what they like, and nobody would read of it.
  app.addHook('onSend', (request, { statusCode }, payload, done) => {
    const { scope } = request.routeOptions.config;
    const refused =
      statusCode >= 400 && (CHANGING.has(scope) || (NODES_OWN.has(scope) && statusCode === FORBIDDEN));
    if (request.change || (refused && !UNAUTHENTICATED.includes(statusCode)))
      write(entryOf(request, statusCode));
    done(null, payload);
  });
}

function entryOf(request: FastifyRequest, status: number): AuditEntry {
  const { before = null, after = null } = request.change ?? {};
  return {
    time: new Date().toISOString(),
    request: request.id,
    ...(request.trace && { trace_id: request.trace.ids.trace_id }),
    who: request.principal?.name ?? null,
    address: request.ip,
    method: request.method,
    path: pathOf(request),
    status,
    outcome: status < 400 ? 'changed' : status < 500 ? 'refused' : 'failed',
    before,
    after,
  };
}
