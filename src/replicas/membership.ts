import { hostname } from 'node:os';
import { Listeners } from '../events/listeners.ts';
import type { Coordination, ReplicaInfo } from '../store/store.ts';

/** Milliseconds between two signs of life, and after which a replica without any counts as dead. */
export interface BeatPace {
  readonly every: number;
  readonly lasts: number;
}

export const BEAT_PACE: BeatPace = { every: 1000, lasts: 3500 };

/**
 * Says that this replica is alive, and knows which others are. While the store does not answer, none is: each goes on
 * as if it were alone.
 */
export class Membership {
  readonly #coordination: Coordination;
  readonly #self: ReplicaInfo;
  readonly #pace: BeatPace;
  readonly #changes = new Listeners<readonly ReplicaInfo[]>();
  #alive: readonly ReplicaInfo[];
  #heard = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;

  private constructor(coordination: Coordination, pace: BeatPace) {
    this.#coordination = coordination;
    this.#pace = pace;
    this.#self = { id: coordination.id, host: hostname(), pid: process.pid, started: Date.now() };
    this.#alive = [this.#self];
  }

  /** Who is alive is known when this settles, if the store answers. */
  static async join(coordination: Coordination, pace = BEAT_PACE): Promise<Membership> {
    const membership = new Membership(coordination, pace);
    await membership.#beat();
    membership.#timer = setInterval(() => void membership.#beat(), pace.every);
    return membership;
  }

  get self(): string {
    return this.#self.id;
  }

  /** This one among them; in the order of their ids. */
  get alive(): readonly ReplicaInfo[] {
    return this.#alive;
  }

  /** Told who is alive whenever that changes, until the returned function is called. */
  onChange(listener: (alive: readonly ReplicaInfo[]) => void): () => void {
    return this.#changes.add(listener);
  }

  /** The others are told, so that they need not wait. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await this.#coordination.leave().catch(() => undefined);
  }

  #beat(): Promise<void> {
    // One at a time: a store that is slow must not have them pile up.
    this.#beating ??= this.#beatOnce().finally(() => (this.#beating = undefined));
    return this.#beating;
  }

  async #beatOnce(): Promise<void> {
    const { every, lasts } = this.#pace;
    try {
      this.#know(await this.#coordination.beat(this.#self, lasts));
      this.#heard = performance.now();
    } catch {
      // As long as the others take to believe that this one is dead.
      if (performance.now() - this.#heard > lasts - every) this.#know([this.#self]);
    }
  }

  #know(alive: readonly ReplicaInfo[]): void {
    const ids = (all: readonly ReplicaInfo[]) => all.map(({ id }) => id).join();
    if (ids(alive) === ids(this.#alive)) return;
    this.#alive = alive;
    this.#changes.tell(alive);
  }
}
