import { Listeners } from '../../events/listeners.ts';
import { StoreUnavailable, type TopologyRecord, type TopologyStore } from '../store.ts';
import { encodeRecord } from '../topology-record.ts';
import type { Link } from './link.ts';
import type { Remote } from './remote.ts';

/**
 * The topology of a store outside the process. While that does not answer, the last record is read, and none is
 * written: replicas that cannot agree must not each have a topology of their own.
 */
export class SharedTopology implements TopologyStore {
  readonly #remote: Remote;
  readonly #link: Link;
  readonly #changes = new Listeners<undefined>();
  #last: TopologyRecord | undefined;
  #told = 0;

  constructor(remote: Remote, link: Link) {
    this.#remote = remote;
    this.#link = link;
  }

  async read(): Promise<TopologyRecord | undefined> {
    try {
      this.#last = await this.#link.attempt(() => this.#remote.readTopology());
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      // Whoever was told of a newer version has not read it: it is told again.
      this.#told = this.#last?.version ?? 0;
    }
    return this.#last;
  }

  async write(record: TopologyRecord, expectedVersion: number): Promise<boolean> {
    // Before anything is awaited: the caller may change the document afterwards.
    const copy = JSON.parse(encodeRecord(record, expectedVersion)) as TopologyRecord;
    const written = await this.#link.attempt(() => this.#remote.writeTopology(copy, expectedVersion));
    if (written) {
      this.#last = copy;
      this.#told = copy.version;
    }
    return written;
  }

  follow(changed: () => void): () => void {
    return this.#changes.add(changed);
  }

  /** The store has this version. */
  heard(version: number): void {
    if (version <= this.#told) return;
    this.#told = version;
    this.#changes.tell(undefined);
  }

  /** Brings back what a store that lost its memory had. */
  async restore(): Promise<void> {
    if (this.#last) await this.#remote.restoreTopology(this.#last);
  }
}
