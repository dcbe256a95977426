import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Scope } from '../auth/scope.ts';
import { RateLimit } from '../timing/rate-limit.ts';
import { Problem } from './problem.ts';

/** Callers that are remembered. */
const CALLERS = 10_000;
/** No limit over all of them: one must not be able to shut out the others. */
const TOTAL = 1e9;

/** So many requests a second, and as many at once, of each caller. */
export class CallerLimit {
  readonly #buckets: RateLimit;
  readonly #perSecond: number;

  /** @param clock seconds, never going back */
  constructor(perSecond: number, clock: () => number) {
    this.#perSecond = perSecond;
    this.#buckets = new RateLimit({ perSource: perSecond, total: TOTAL, sources: CALLERS }, clock);
  }

  /**
   * Counts a request; answers with the problem where it is one too many.
   *
   * @param caller an address, or the name of a credential, which has no colon
   */
  check(caller: string, reply: FastifyReply): Problem | undefined {
    if (this.#buckets.allow(caller)) return undefined;
    // A bucket that gets at least one a second has one by then.
    void reply.header('retry-after', '1');
    const detail = `more than ${this.#perSecond} requests a second of one caller; try again in a second`;
    return new Problem(429, 'too-many-requests', detail);
  }
}

/** For servers that authenticate nobody: callers are told apart by their addresses. */
export function limitAddresses(app: FastifyInstance, limit: CallerLimit): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { scope } = request.routeOptions.config;
    done(isUncounted(scope) ? undefined : limit.check(request.ip, reply));
  });
}

/**
 * How this dispatcher is, which is for everybody, is answered without a count, and costs no more than a refusal: behind a
 * proxy all have one address, and whoever used up what that may ask would have the proxy believe that it is ill.
 */
export function isUncounted(scope: Scope | 'public' | undefined): scope is 'public' {
  return scope === 'public';
}
