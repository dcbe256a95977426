import type { ClaimView } from './claim-view.ts';
import type { Remote } from './remote.ts';

/** Changes that are read at once. */
const PAGE = 1000;

/** Keeps a view in step with the store: asks for what changed since it asked last. */
export class Follower {
  readonly #remote: Remote;
  readonly #view: ClaimView;
  readonly #topology: (version: number) => void;
  #since = 0;
  #anew = true;
  #running: Promise<void> = Promise.resolve();

  /** @param topology told the version that the store has, each time */
  constructor(remote: Remote, view: ClaimView, topology: (version: number) => void) {
    this.#remote = remote;
    this.#view = view;
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
    this.#running = this.#running
      .catch(() => undefined)
      .then(() => (this.#anew ? this.#readAll() : this.#readOn()));
    return this.#running;
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const { changes, next, tooOld, topology } = await this.#remote.changes(this.#since, PAGE, false);
      if (tooOld) return this.#readAll();
      for (const change of changes) this.#view.learn(change);
      this.#since = next;
      this.#topology(topology);
      if (changes.length < PAGE) return;
    }
  }

  async #readAll(): Promise<void> {
    const seen = new Set<string>();
    this.#anew = true;
    let since = 0;
    for (let more = true; more;) {
      const { changes, next, topology } = await this.#remote.changes(since, PAGE, true);
      for (const change of changes) {
        this.#view.learn(change);
        seen.add(change.room);
      }
      since = next;
      more = changes.length === PAGE;
      this.#topology(topology);
    }
    this.#view.keepOnly(seen);
    this.#since = since;
    this.#anew = false;
  }
}
