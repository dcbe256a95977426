import type { Database } from 'lmdb';
import type { GroupCommit } from './group-commit.ts';
import { checkOnce, Sweeping, type Taken } from './once.ts';
import { promised } from './promised.ts';
import type { OnceStore } from './store.ts';
import { Turns } from './turns.ts';

const PREFIX = 'once/';

/** As JSON, each under a key of its own. */
export class LmdbOnce implements OnceStore {
  private readonly turns = new Turns();
  private readonly sweeping = new Sweeping();

  constructor(
    private readonly meta: Database<string, string>,
    private readonly commits: GroupCommit,
  ) {}

  take(name: string, by: string, until: number): Promise<boolean> {
    return promised(() => {
      checkOnce(name, by);
      return this.turns.take(name, async () => {
        const json = this.meta.get(PREFIX + name);
        if (json !== undefined) return (JSON.parse(json) as Taken).by === by;
        const over = this.over(Date.now());
        await this.commits.write(() => {
          for (const key of over) void this.meta.remove(key);
          void this.meta.put(PREFIX + name, JSON.stringify({ by, until } satisfies Taken));
        });
        return true;
      });
    });
  }

  /** Resolves when every call made so far is settled. */
  idle(): Promise<void> {
    return this.turns.idle();
  }

  private over(now: number): readonly string[] {
    if (!this.sweeping.due(now)) return [];
    // All keys that begin so: 0 comes next after the slash.
    const all = this.meta.getRange({ start: PREFIX, end: 'once0' });
    return [...all].filter(({ value }) => (JSON.parse(value) as Taken).until <= now).map(({ key }) => key);
  }
}
