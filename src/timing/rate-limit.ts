import ipaddr from 'ipaddr.js';

export interface RateLimitOptions {
  /** Per second and source; a source may do as many at once. */
  readonly perSource: number;
  /** Per second over all sources together. */
  readonly total: number;
  /** Sources that are remembered; beyond it the one that was silent longest is forgotten. */
  readonly sources: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Token buckets, one per source and one over all. A source is an IPv4 address or an IPv6 /64, which is what one
 * sender commonly has. Memory is bounded; who forges many sources comes up against the total.
 */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #clock: () => number;
  readonly #total: Bucket;
  /** Least recently seen first. */
  readonly #sources = new Map<string, Bucket>();

  /** @param clock seconds, never going back */
  constructor(options: RateLimitOptions, clock: () => number) {
    this.#options = options;
    this.#clock = clock;
    this.#total = { tokens: options.total, at: clock() };
  }

  /** Whether this source may have one more answer; counts it if so. */
  allow(address: string): boolean {
    const at = this.#clock();
    const { perSource, total } = this.#options;
    const source = this.#source(address, at);
    refill(source, perSource, at);
    refill(this.#total, total, at);
    if (source.tokens < 1 || this.#total.tokens < 1) return false;
    source.tokens--;
    this.#total.tokens--;
    return true;
  }

  #source(address: string, at: number): Bucket {
    const key = sourceOf(address);
    const bucket = this.#sources.get(key) ?? { tokens: this.#options.perSource, at };
    this.#sources.delete(key);
    this.#sources.set(key, bucket);
    if (this.#sources.size > this.#options.sources) {
      for (const oldest of this.#sources.keys()) {
        this.#sources.delete(oldest);
        break;
      }
    }
    return bucket;
  }
}

function refill(bucket: Bucket, perSecond: number, at: number): void {
  bucket.tokens = Math.min(perSecond, bucket.tokens + (at - bucket.at) * perSecond);
  bucket.at = at;
}

function sourceOf(address: string): string {
  if (!address.includes(':')) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
