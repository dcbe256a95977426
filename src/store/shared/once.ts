import { checkOnce } from '../once.ts';
import { promised } from '../promised.ts';
import type { OnceStore } from '../store.ts';
import type { Link } from './link.ts';
import type { Remote } from './remote.ts';

/** Known by the store alone: while it does not answer, nobody can say that it is the first time. */
export class SharedOnce implements OnceStore {
  readonly #remote: Remote;
  readonly #link: Link;

  constructor(remote: Remote, link: Link) {
    this.#remote = remote;
    this.#link = link;
  }

  take(name: string, by: string, until: number): Promise<boolean> {
    return promised(() => {
      checkOnce(name, by);
      const milliseconds = Math.max(1, Math.ceil(until - Date.now()));
      return this.#link.attempt(() => this.#remote.takeOnce(name, by, milliseconds));
    });
  }
}
