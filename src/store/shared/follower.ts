import type { Learner } from './learner.ts';
import type { Remote } from './remote.ts';

/** Changes that are read at once. */
const PAGE = 1000;

/** Keeps a view in step with the store: asks for what changed since it asked last. */
export class Follower {
  readonly #remote: Remote;
  readonly #learner: Learner;
  readonly #topology: (version: number) => void;
  #since = 0;
  #anew = true;
  #running: Promise<void> = Promise.resolve();

  /** @param topology told the version that the store has, each time */
  constructor(remote: Remote, learner: Learner, topology: (version: number) => void) {
    this.#remote = remote;
    this.#learner = learner;
    this.#topology = topology;
  }

  /** What is known may have nothing to do with what is there: the next time, all of it is read. */
  beginAnew(): void {
    this.#anew = true;
  }

  /** Count of all changes up to which the view has them. */
  get position(): number {
    return this.#since;
  }

  /** Resolves when the view has everything that was there when this was called. */
  catchUp(): Promise<void> {
    return this.between(() => (this.#anew ? this.#readAll() : this.#readOn()));
  }

  /** Does it while no changes are being read. */
  between(work: () => Promise<void>): Promise<void> {
    this.#running = this.#running.catch(() => undefined).then(work);
    return this.#running;
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const { changes, next, tooOld, topology } = await this.#remote.changes(this.#since, PAGE, false);
      if (tooOld) return this.#readAll();
      for (const change of changes) this.#learner.read(change);
      this.#since = next;
      this.#learner.reached(next);
      this.#topology(topology);
      if (changes.length < PAGE) return;
    }
  }

  async #readAll(): Promise<void> {
    const seen = new Set<string>();
    this.#anew = true;
    let [since, counted] = [0, 0];
    for (let more = true; more;) {
      const { changes, next, seq, topology } = await this.#remote.changes(since, PAGE, true);
      for (const change of changes) {
        this.#learner.read(change);
        seen.add(change.room);
      }
      [since, counted] = [next, seq];
      more = changes.length === PAGE;
      this.#topology(topology);
    }
    this.#learner.keepOnly(seen, counted);
    this.#since = since;
    this.#learner.reached(since);
    this.#anew = false;
  }
}
