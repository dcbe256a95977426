import type { Database } from 'lmdb';
import type { GroupCommit } from './group-commit.ts';
import { promised } from './promised.ts';
import type { TopologyRecord, TopologyStore } from './store.ts';
import { decodeRecord, encodeRecord } from './topology-record.ts';
import { Turns } from './turns.ts';

/** The topology's record as JSON under one key. */
export class LmdbTopology implements TopologyStore {
  private readonly turns = new Turns();

  constructor(
    private readonly meta: Database<string, string>,
    private readonly commits: GroupCommit,
  ) {}

  read(): Promise<TopologyRecord | undefined> {
    return promised(() => this.stored());
  }

  write(record: TopologyRecord, expectedVersion: number): Promise<boolean> {
    return promised(() => {
      const encoded = encodeRecord(record, expectedVersion);
      return this.turns.take('topology', async () => {
        if ((this.stored()?.version ?? 0) !== expectedVersion) return false;
        await this.commits.write(() => void this.meta.put('topology', encoded));
        return true;
      });
    });
  }

  follow(): () => void {
    return () => undefined;
  }

  /** Resolves when every call made so far is settled. */
  idle(): Promise<void> {
    return this.turns.idle();
  }

  private stored(): TopologyRecord | undefined {
    return decodeRecord(this.meta.get('topology'));
  }
}
