import { performance } from 'node:perf_hooks';

/** Time as the scheduler sees it, so that tests can make it go. */
export interface Clock {
  /** Milliseconds since the epoch; never goes back while the process runs. */
  now(): number;
  /** Calls back once after so many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The wall clock as it was when the process started, and monotonic from then on. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
