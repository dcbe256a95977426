import { compareRooms } from './room.ts';

/** Most names in one run. Longer runs move more names per insertion, shorter ones make more runs. */
const MAX_RUN = 512;

/**
 * A sorted set of room names: an array of sorted runs, none empty. Adding and removing is two binary
 * searches and a shift within one run, so that a page never has to sort anything.
 */
export class SortedRooms {
  private readonly runs: string[][] = [];

  get empty(): boolean {
    return this.runs.length === 0;
  }

  /** Does nothing where the room is there already. */
  add(room: string): void {
    const at = Math.min(this.runFor(room), this.runs.length - 1);
    const run = this.runs[at];
    if (!run) {
      this.runs.push([room]);
      return;
    }
    const index = firstNotBelow(run, room);
    if (run[index] === room) return;
    run.splice(index, 0, room);
    if (run.length > MAX_RUN) this.runs.splice(at + 1, 0, run.splice(MAX_RUN / 2));
  }

  /** Does nothing where the room isn't there. */
  delete(room: string): void {
    const at = this.runFor(room);
    const run = this.runs[at];
    if (!run) return;
    const index = firstNotBelow(run, room);
    if (run[index] !== room) return;
    run.splice(index, 1);
    if (run.length === 0) this.runs.splice(at, 1);
  }

  /** Up to `limit` names in order, those after `room` only where one is given. */
  page(room: string | undefined, limit: number): string[] {
    const found: string[] = [];
    const first = room === undefined ? 0 : this.runFor(room);
    for (let at = first; at < this.runs.length && found.length < limit; at++) {
      const run = this.runs[at] ?? [];
      let from = 0;
      if (at === first && room !== undefined) {
        from = firstNotBelow(run, room);
        if (run[from] === room) from++;
      }
      for (const name of run.slice(from, from + limit - found.length)) found.push(name);
    }
    return found;
  }

  /** The first run that ends at or after the room: the only one that can hold it. */
  private runFor(room: string): number {
    let low = 0;
    let high = this.runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.runs[middle]?.at(-1);
      if (last !== undefined && compareRooms(last, room) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function firstNotBelow(run: readonly string[], room: string): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const name = run[middle];
    if (name !== undefined && compareRooms(name, room) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
