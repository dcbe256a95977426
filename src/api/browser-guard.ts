/**
 * Any web page can make its visitor's browser send requests to 127.0.0.1. What such a page can do is kept
 * to nothing: it cannot change anything (cross-site request forgery), and it cannot pass for this server's
 * own pages by pointing a name of its own at 127.0.0.1 (DNS rebinding). Programs that are no browsers send
 * neither `Origin` nor `Sec-Fetch-Site`, and are not concerned.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from './loopback.ts';
import { Problem } from './problem.ts';

/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * @param names host names that requests may be for, besides those that can only mean this machine; undefined
 *   where any will do
 */
export function installBrowserGuard(app: FastifyInstance, names?: readonly string[]): void {
  const known = names && new Set(names.map((name) => name.toLowerCase()));
  // Clients send the same host again and again: it is looked into when it changes.
  let fine: string | undefined | typeof AMBIGUOUS;
  app.addHook('onRequest', (request, _, done) => {
    const { headers } = request.raw;
    const host = hostOf(request);
    let problem: Problem | undefined;
    if (host === undefined || host !== fine) {
      problem = hostProblem(request, host, known);
      if (!problem) fine = host;
    }
    // An upgrade opens a channel both ways, though it is a GET.
    const changes = !SAFE.has(request.method) || headers.upgrade !== undefined;
    if (!problem && changes && isForeign(headers)) problem = foreign();
    done(problem);
  });
}

/** Sent twice, so that a proxy and this server may take it for different ones (RFC 9112 §3.2). */
const AMBIGUOUS = Symbol('ambiguous');

/** Whom the request is for: what a URL in its first line says goes before the field (RFC 9112 §3.2.2). */
function hostOf({
  raw: { url = '', headers, rawHeaders },
}: FastifyRequest): string | undefined | typeof AMBIGUOUS {
  let count = 0;
  // Names and values in turn.
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  if (count > 1) return AMBIGUOUS;
  if (url.startsWith('/') || headers.host === undefined) return headers.host;
  return /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host;
}

function hostProblem(
  request: FastifyRequest,
  host: string | undefined | typeof AMBIGUOUS,
  known: ReadonlySet<string> | undefined,
): Problem | undefined {
  if (host === AMBIGUOUS) return new Problem(400, 'malformed-request', 'the request has two Host fields');
  if (host === undefined) {
    // HTTP/1.0 has no such field, and browsers do not speak it (RFC 9112 §3.2).
    return request.raw.httpVersion === '1.0'
      ? undefined
      : new Problem(400, 'malformed-request', 'the request has no Host field');
  }
  const name = hostName(host);
  if (name === undefined) return new Problem(400, 'malformed-request', 'the Host field is no host');
  if (!known || isLoopback(name) || known.has(name)) return undefined;
  return new Problem(
    421,
    'misdirected-request',
    `this server does not go by the name ${name}; ask it as localhost, or start it with --allow-host ${name}`,
  );
}

/** The name or address in a Host field, lower-case and without brackets; undefined where it has none. */
function hostName(host: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+))(?::[0-9]*)?$/.exec(host.toLowerCase());
  return match?.[1] ?? match?.[2];
}

/**
 * Whether a page of another origin sent the request. Browsers say so in `Sec-Fetch-Site` (W3C Fetch
 * Metadata), which no page can set, and old ones, or those on plain http, in `Origin` (RFC 6454 §7).
 * Only the host is compared: TLS may end before this server.
 */
function isForeign({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (origin === undefined) return false;
  const from = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1];
  return from === undefined || from.toLowerCase() !== host?.toLowerCase();
}

function foreign(): Problem {
  return new Problem(
    403,
    'foreign-origin',
    'a web page of another origin sent this; only pages of this server, and programs, may change anything',
  );
}
