/**
 * One commit at a time, of everything that was asked for since the one before began: concurrent writers
 * share a flush to disk. lmdb-js would batch by itself, but when one of its batches fails, it also
 * rejects a promise of its own that nobody can catch, and that ends the process; a batch that is given
 * explicitly has just the one promise.
 */
import { setImmediate } from 'node:timers/promises';
import type { RootDatabase } from 'lmdb';

interface Write {
  readonly apply: () => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class GroupCommit {
  private waiting: Write[] = [];
  private running: Promise<void> | undefined;
  private lastFailure: Error | undefined;
  private closed = false;

  constructor(
    private readonly env: RootDatabase<string, Buffer>,
    /** For messages. */
    private readonly path: string,
  ) {}

  /** Whether it takes writes and the last commit, if any, succeeded. */
  get healthy(): boolean {
    return !this.closed && !this.lastFailure;
  }

  /**
   * Puts what `apply` writes into the next commit, and resolves when that is flushed to disk. `apply`
   * must not throw. Where the commit fails, nothing in it was written and each of its writers is told.
   */
  write(apply: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.closed) throw new Error(`the store ${this.path} is closed`);
      this.waiting.push({ apply, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Takes no more writes; resolves when those it has taken are settled. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      // Whatever is asked for in this turn of the event loop goes along.
      await setImmediate();
      const group = this.waiting;
      this.waiting = [];
      this.lastFailure = await this.commit(group);
      for (const { resolve, reject } of group) {
        if (this.lastFailure) reject(this.lastFailure);
        else resolve();
      }
    }
    this.running = undefined;
  }

  private async commit(group: readonly Write[]): Promise<Error | undefined> {
    try {
      await this.env.batch(() => {
        for (const { apply } of group) apply();
      });
      return undefined;
    } catch (error) {
      const cause = await reasonOf(error);
      const why = cause instanceof Error ? cause.message : String(cause);
      // LMDB reports a short write, which is what a full disk gives, as EIO.
      return new Error(`cannot write to the store ${this.path}: ${why} (is the disk full or read-only?)`, {
        cause,
      });
    }
  }
}

/** lmdb-js says why a commit failed by a promise on the error (its write.js, `rejectCommit`). */
async function reasonOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (reason) {
    return reason;
  }
}
