import type { Database } from 'lmdb';
import type { GroupCommit } from './group-commit.ts';
import { promised } from './promised.ts';
import type { NoteStore } from './store.ts';
import { Turns } from './turns.ts';

/** Notes as JSON, each under a key of its own. */
export class LmdbNotes implements NoteStore {
  private readonly turns = new Turns();

  constructor(
    private readonly meta: Database<string, string>,
    private readonly commits: GroupCommit,
  ) {}

  read(name: string): Promise<unknown> {
    return promised(() => {
      const json = this.meta.get(keyOf(name));
      return json === undefined ? undefined : (JSON.parse(json) as unknown);
    });
  }

  write(name: string, value: unknown): Promise<void> {
    return promised(() => {
      const json = JSON.stringify(value);
      return this.turns.take(name, () => this.commits.write(() => void this.meta.put(keyOf(name), json)));
    });
  }

  /** Resolves when every call made so far is settled. */
  idle(): Promise<void> {
    return this.turns.idle();
  }
}

function keyOf(name: string): string {
  return `note/${name}`;
}
