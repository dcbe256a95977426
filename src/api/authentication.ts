/** Who asks, and whether they may: bearer tokens (RFC 6750) or certificates, against the scope that each route declares. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { verifyToken, type Authenticator, type Principal, type Verdict } from '../auth/authenticator.ts';
import type { PeerCertificates } from '../auth/certificate.ts';
import type { Scope } from '../auth/scope.ts';
import { DOCS } from './openapi.ts';
import { Problem } from './problem.ts';
import { isUncounted, limitAddresses, type CallerLimit } from './rate-limit.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller needs where callers are authenticated; every route has to say. */
    scope?: Scope | 'public';
  }
  interface FastifyRequest {
    /** Null where callers are not authenticated, or the route is for everybody. */
    principal: Principal | null;
    /** For connections that outlast the request; null where there is nothing that may change. */
    standing: Standing | null;
  }
}

export interface Authentication {
  readonly authenticators: readonly Authenticator[];
  /** Of nodes; where left out, those that the server itself is told to trust are. */
  readonly certificates?: PeerCertificates | undefined;
  /** Scopes that nobody needs a token for. */
  readonly open: ReadonlySet<Scope>;
  /** Milliseconds between two looks at the credential of a connection that stays open. */
  readonly recheckEvery?: number;
}

/** Whether a caller might still ask what it asked. */
export interface Standing {
  /** Milliseconds between two looks. */
  readonly every: number;
  /** Why it might not any more, for the caller; undefined: it might. */
  readonly refusal: () => Promise<string | undefined>;
}

const RECHECK_EVERY = 5000;
/** What a node does for itself alone. */
const NODES_OWN: ReadonlySet<Scope> = new Set<Scope>(['nodes:report', 'nodes:enrol']);

const NO_TOKEN: Verdict = { refused: '' };

/**
 * Demands that every route which follows declares its scope, and puts it into the OpenAPI document.
 *
 * @param authentication where left out, everybody may do everything
 * @param limit of one credential; of one address where there is none
 */
export function installAuthentication(
  app: FastifyInstance,
  authentication?: Authentication,
  limit?: CallerLimit,
): void {
  const undeclared: string[] = [];
  app.addHook('onRoute', (route) => {
    // Those of the pages for people are not written here.
    const scope = route.config?.scope ?? (isBelow(DOCS, route.url) ? 'docs' : undefined);
    if (scope === undefined) {
      undeclared.push(`${String(route.method)} ${route.url}`);
      return;
    }
    route.config = { ...route.config, scope };
    if (scope !== 'public') route.schema = { ...route.schema, security: [{ bearer: [scope] }] };
  });
  app.addHook('onReady', (done) => {
    const routes = undeclared.join(', ');
    done(routes === '' ? undefined : new TypeError(`no config: { scope: … } is declared by ${routes}`));
  });
  app.decorateRequest('principal', null);
  app.decorateRequest('standing', null);
  if (!authentication) {
    if (limit) limitAddresses(app, limit);
    return;
  }
  const { authenticators, certificates, open, recheckEvery = RECHECK_EVERY } = authentication;
  const decide = (request: FastifyRequest, reply: FastifyReply, scope: Scope, verdict: Verdict) => {
    const caller = 'principal' in verdict ? verdict.principal.name : request.ip;
    return limit?.check(caller, reply) ?? judge(request, reply, scope, verdict);
  };
  app.addHook('onRequest', (request, reply, done) => {
    const { scope } = request.routeOptions.config;
    if (isUncounted(scope)) {
      done();
      return;
    }
    // Where there is no route, there is nothing to keep.
    if (scope === undefined || open.has(scope)) {
      done(limit?.check(request.ip, reply));
      return;
    }
    const token = bearerToken(request.raw.headers.authorization);
    const look = (): Verdict | Promise<Verdict> =>
      token === undefined
        ? (certificates?.verdictOn(request.raw.socket) ?? NO_TOKEN)
        : verifyToken(authenticators, token);
    const verdict = look();
    if (verdict !== NO_TOKEN) {
      const refusal = async () => {
        const now = await look();
        return 'refused' in now ? now.refused : lackOf(request, scope, now.principal)?.detail;
      };
      request.standing = { every: recheckEvery, refusal };
    }
    // On this connection, what is refused of a certificate stays so.
    if (token === undefined && verdict !== NO_TOKEN && 'refused' in verdict)
      void reply.header('connection', 'close');
    if (verdict instanceof Promise) {
      verdict.then((late) => done(decide(request, reply, scope, late)), done);
    } else done(decide(request, reply, scope, verdict));
  });
}

function isBelow(path: string, url: string): boolean {
  return url === path || url.startsWith(`${path}/`);
}

/** RFC 6750 section 2.1; the scheme in any case (RFC 9110 section 11.1). Tokens in URLs and bodies are not looked for. */
function bearerToken(field: string | undefined): string | undefined {
  return field === undefined ? undefined : /^bearer +([\w.~+/-]+=*) *$/i.exec(field)?.[1];
}

function judge(
  request: FastifyRequest,
  reply: FastifyReply,
  scope: Scope,
  verdict: Verdict,
): Problem | undefined {
  if ('refused' in verdict) return unauthenticated(reply, verdict);
  const { principal } = verdict;
  request.principal = principal;
  if (!principal.scopes.has(scope)) challenge(reply, `error="insufficient_scope", scope="${scope}"`);
  return lackOf(request, scope, principal);
}

/** What the caller may not ask although it is known who it is. */
function lackOf(request: FastifyRequest, scope: Scope, principal: Principal): Problem | undefined {
  if (!principal.scopes.has(scope)) {
    const has = [...principal.scopes].join(', ');
    const detail = `this needs the scope ${scope}; ${principal.name} has ${has}`;
    return new Problem(403, 'missing-scope', detail, { scope });
  }
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  if (principal.routes?.has(route) === false) {
    const good = [...principal.routes].join(', ');
    const detail = `the credential of a node is not good for this; it is good for ${good}`;
    return new Problem(403, 'beyond-credential', detail);
  }
  const { id } = request.params as { id?: string };
  if (!NODES_OWN.has(scope) || principal.nodes === null || principal.nodes.includes(id ?? ''))
    return undefined;
  const detail = `${principal.name} speaks for ${principal.nodes.join(', ')} alone, not for node ${id ?? ''}`;
  return new Problem(403, 'other-node', detail);
}

/** No error code where there was no token (RFC 6750 section 3.1). */
function unauthenticated(reply: FastifyReply, verdict: Verdict & { refused: string }): Problem {
  if (verdict === NO_TOKEN) {
    challenge(reply);
    return new Problem(401, 'no-token', 'this needs a token, as Authorization: Bearer TOKEN');
  }
  challenge(reply, 'error="invalid_token"');
  return new Problem(401, 'invalid-token', verdict.refused);
}

function challenge(reply: FastifyReply, more?: string): void {
  void reply.header('www-authenticate', `Bearer realm="roomlb"${more === undefined ? '' : `, ${more}`}`);
}
