import { promised } from '../promised.ts';
import type { NoteStore } from '../store.ts';
import { Turns } from '../turns.ts';
import type { Link } from './link.ts';
import type { Remote } from './remote.ts';

/** Notes in a store outside the process: lost where it does not answer, since they are only to be found again later. */
export class SharedNotes implements NoteStore {
  readonly #remote: Remote;
  readonly #link: Link;
  readonly #turns = new Turns();

  constructor(remote: Remote, link: Link) {
    this.#remote = remote;
    this.#link = link;
  }

  async read(name: string): Promise<unknown> {
    const json = await this.#link.attempt(() => this.#remote.readNote(name));
    return json === undefined ? undefined : (JSON.parse(json) as unknown);
  }

  write(name: string, value: unknown): Promise<void> {
    return promised(() => {
      const json = JSON.stringify(value);
      return this.#turns.take(name, () => this.#link.attempt(() => this.#remote.writeNote(name, json)));
    });
  }

  /** Resolves when every call made so far is settled. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }
}
