/** Access tokens that an issuer signed (RFC 7519, RFC 9068), checked by its published keys (RFC 7517). */
import { createHash } from 'node:crypto';
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import type { Authenticator, Principal, Verdict } from './authenticator.ts';
import { isScope } from './scope.ts';

export interface JwtOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JSONWebKeySet;
  /** Asked for the keys as they are now, when a token names one that is not known. */
  readonly refresh: () => Promise<JSONWebKeySet>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Signatures alone: with a shared secret (HS256), whoever can check tokens could make them (RFC 8725 section 3.1). */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** Seconds by which clocks may differ. */
const TOLERANCE = 30;
/** Milliseconds between two requests for the keys. */
const REFRESH_PAUSE = 30_000;
const MAX_CACHED = 10_000;
const MAX_BYTES = 8192;
const MAX_SUBJECT = 256;
const FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const NODE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

type KeySet = ReturnType<typeof createLocalJWKSet>;

interface Cached {
  readonly verdict: { readonly principal: Principal };
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** Scopes are those of the claim `scope`; a claim `roomlb_node` names the only node that its holder speaks for. */
export class JwtAuthenticator implements Authenticator {
  readonly #options: JwtOptions;
  /** By SHA-256 of the token: a signature is checked once. Oldest first. */
  readonly #cache = new Map<string, Cached>();
  #keys: KeySet;
  #asked = -Infinity;

  /** @throws what jose says of keys that are none */
  constructor(options: JwtOptions) {
    this.#options = options;
    this.#keys = createLocalJWKSet(options.keys);
  }

  /** What was signed by a key that is gone is not believed any more. */
  replace(keys: JSONWebKeySet): void {
    this.#keys = createLocalJWKSet(keys);
    this.#cache.clear();
  }

  takes(token: string): boolean {
    return token.length <= MAX_BYTES && FORM.test(token);
  }

  verify(token: string): Verdict | Promise<Verdict> {
    const hash = createHash('sha256').update(token).digest('base64');
    const cached = this.#cache.get(hash);
    if (cached && cached.expires > this.#options.now()) return cached.verdict;
    this.#cache.delete(hash);
    return this.#check(token, hash);
  }

  async #check(token: string, hash: string): Promise<Verdict> {
    try {
      const { claims: all, keys } = await this.#claims(token);
      const { exp = 0, ...claims } = all;
      const principal = principalOf(claims);
      if (!principal) return { refused: 'the token has a claim sub or roomlb_node that cannot be used' };
      const verdict = { principal };
      // Where they were replaced meanwhile, the cache would keep what a key signed that is gone.
      if (keys === this.#keys) this.#cache.set(hash, { verdict, expires: exp * 1000 });
      if (this.#cache.size > MAX_CACHED) {
        const [oldest = ''] = this.#cache.keys();
        this.#cache.delete(oldest);
      }
      return verdict;
    } catch (error) {
      // Of jose's own making, and without parts of the token.
      return { refused: error instanceof errors.JOSEError ? error.message : 'the token cannot be checked' };
    }
  }

  async #claims(token: string): Promise<{ readonly claims: JWTPayload; readonly keys: KeySet }> {
    const { issuer, audience, now } = this.#options;
    const check = async () => {
      const keys = this.#keys;
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(now()),
      });
      return { claims: payload, keys };
    };
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !(await this.#refreshed())) throw error;
      return check();
    }
  }

  /** Whether there may be other keys now. Where none come, the former hold: a token that was good stays good. */
  async #refreshed(): Promise<boolean> {
    const { now, refresh } = this.#options;
    if (now() - this.#asked < REFRESH_PAUSE) return false;
    this.#asked = now();
    try {
      this.replace(await refresh());
      return true;
    } catch {
      return false;
    }
  }
}

function principalOf({ sub, scope, roomlb_node: node = null }: JWTPayload): Principal | undefined {
  // Whatever the types say, an issuer can write anything there; what is no text has no name to be known by.
  if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT) return undefined;
  if (node !== null && !(typeof node === 'string' && NODE.test(node))) return undefined;
  const scopes = typeof scope === 'string' ? scope.split(' ').filter(isScope) : [];
  // No name of a tokens file has a slash, and none of either a colon.
  const name = `jwt/${encodeURIComponent(sub)}`;
  return { name, scopes: new Set(scopes), nodes: node === null ? null : [node] };
}
