import type { Coordination } from '../store/store.ts';
import { LeaseError, type Fence, type TakeFence } from '../reconcile/fence.ts';

/** Milliseconds for which a lease is taken: so long it takes until another replica goes on where one was killed. */
export const LEASE_MS = 6000;
/** It is renewed so often while it lasts, and given up for lost so long before it would be: clocks drift, calls take time. */
const RENEWALS = 3;
const MARGIN = 0.25;

/**
 * The right to change one engine. Once taken, it is kept, so that two replicas don't take turns, until it is given up
 * or cannot be renewed in time: then whatever is being done under it is told to stop.
 */
export class Lease {
  readonly #coordination: Coordination;
  readonly #name: string;
  readonly #lasts: number;
  #held: { readonly token: number; readonly abort: AbortController } | undefined;
  #until = 0;
  #renewals: NodeJS.Timeout | undefined;
  #lapse: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(coordination: Coordination, name: string, lasts = LEASE_MS) {
    this.#coordination = coordination;
    this.#name = name;
    this.#lasts = lasts;
  }

  /** @throws LeaseError where another replica has it, or the store cannot say */
  async take(): Promise<Fence> {
    await this.#renew();
    if (!this.#held) throw new LeaseError('the lease has just been lost');
    const { token, abort } = this.#held;
    return { token, signal: abort.signal };
  }

  /** Another replica may take it at once. Call it when nothing is done under it any more. */
  async end(): Promise<void> {
    this.#ended = true;
    const held = this.#held !== undefined;
    this.#lose('it was given up');
    if (held) await this.#coordination.release(this.#name).catch(() => undefined);
  }

  async #renew(): Promise<void> {
    if (this.#ended) throw new LeaseError('this replica is about to stop');
    const asked = performance.now();
    const answer = await this.#coordination.lease(this.#name, this.#lasts).catch((cause: unknown) => {
      if (this.#held) return undefined;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new LeaseError(`whether another replica changes it cannot be asked: ${why}`, { cause });
    });
    // No answer: what was taken lasts until it lapses.
    if (!answer) return;
    if (!answer.held) {
      this.#lose(`replica ${answer.holder} has it`);
      throw new LeaseError(`replica ${answer.holder} changes it`);
    }
    if (this.#held?.token !== answer.token) {
      this.#lose('it was lost meanwhile');
      this.#held = { token: answer.token, abort: new AbortController() };
      this.#renewals = setInterval(() => void this.#renew().catch(() => undefined), this.#lasts / RENEWALS);
    }
    this.#until = asked + this.#lasts * (1 - MARGIN);
    clearTimeout(this.#lapse);
    this.#lapse = setTimeout(
      () => this.#lose('it could not be renewed in time'),
      this.#until - performance.now(),
    );
  }

  #lose(why: string): void {
    clearInterval(this.#renewals);
    clearTimeout(this.#lapse);
    this.#held?.abort.abort(new LeaseError(`the lease was lost: ${why}`));
    this.#held = undefined;
  }
}

/** The leases of one process, one for each engine that it drives. None are needed where the store is its own. */
export class Leases {
  readonly #coordination: Coordination | undefined;
  readonly #leases: Lease[] = [];

  constructor(coordination: Coordination | undefined) {
    this.#coordination = coordination;
  }

  fenceFor(balancer: string): TakeFence | undefined {
    if (!this.#coordination) return undefined;
    const lease = new Lease(this.#coordination, balancer);
    this.#leases.push(lease);
    return () => lease.take();
  }

  async end(): Promise<void> {
    await Promise.all(this.#leases.map((lease) => lease.end()));
  }
}
