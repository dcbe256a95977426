import { roomOf, sortKey } from './room.ts';

/** Most keys in one run. Longer runs move more keys per insertion, shorter ones make more runs. */
const MAX_RUN = 256;

/** Of all keys, the share of new ones from which it is cheaper to build all runs anew. */
const REBUILD_FROM = 1 / 8;

/**
 * A set of rooms that can be paged through by name. Adding costs next to nothing: rooms are sorted in
 * when the next page is asked for, and then only those that are new. What is sorted is an array of
 * sorted runs of sort keys, none empty, so that sorting in and deleting moves few of them.
 */
export class SortedRooms {
  private runs: string[][] = [];
  /** Keys that are in no run yet. */
  private readonly fresh = new Set<string>();
  private sorted = 0;

  get empty(): boolean {
    return this.sorted + this.fresh.size === 0;
  }

  /** The room must not be in the set. */
  add(room: string): void {
    this.fresh.add(sortKey(room));
  }

  /** The room must be in the set. */
  delete(room: string): void {
    const key = sortKey(room);
    if (this.fresh.delete(key)) return;
    const at = this.runFor(key);
    const run = this.runs[at] ?? [];
    run.splice(firstNotBelow(run, key), 1);
    this.sorted--;
    if (run.length === 0) this.runs.splice(at, 1);
  }

  /** Up to `limit` names in order, only those after the name `after` where one is given. */
  page(after: string | undefined, limit: number): string[] {
    this.sortIn();
    const found: string[] = [];
    const key = after === undefined ? '' : sortKey(after);
    for (let at = this.runFor(key); at < this.runs.length && found.length < limit; at++) {
      const run = this.runs[at] ?? [];
      let from = firstNotBelow(run, key);
      if (run[from] === key) from++;
      for (const next of run.slice(from, from + limit - found.length)) found.push(roomOf(next));
    }
    return found;
  }

  private sortIn(): void {
    const { fresh, runs } = this;
    this.sorted += fresh.size;
    if (fresh.size > this.sorted * REBUILD_FROM) {
      const all = [...runs.flat(), ...fresh].sort();
      this.runs = [];
      for (let from = 0; from < all.length; from += MAX_RUN / 2) {
        this.runs.push(all.slice(from, from + MAX_RUN / 2));
      }
    } else {
      for (const key of fresh) this.insert(key);
    }
    fresh.clear();
  }

  private insert(key: string): void {
    const at = Math.min(this.runFor(key), this.runs.length - 1);
    const run = this.runs[at] ?? [];
    run.splice(firstNotBelow(run, key), 0, key);
    if (run.length > MAX_RUN) this.runs.splice(at + 1, 0, run.splice(MAX_RUN / 2));
  }

  /** The first run that ends at or after the key: the only one that can hold it. */
  private runFor(key: string): number {
    return firstIndex(this.runs.length, (at) => (this.runs[at]?.at(-1) ?? '') >= key);
  }
}

function firstNotBelow(run: readonly string[], key: string): number {
  return firstIndex(run.length, (at) => (run[at] ?? '') >= key);
}

/** The first of `length` indices that holds, where all after one that holds do too; `length` where none. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
