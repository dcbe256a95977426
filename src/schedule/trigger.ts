/** What sets things off at their times: node-cron. */
import { createTask } from 'node-cron';

/** Calls back at the beginning of every minute until the returned function is called. */
export type MinuteTrigger = (callback: () => void) => () => void;

export const everyMinute: MinuteTrigger = (callback) => {
  const task = createTask('* * * * *', callback, {
    timezone: 'UTC',
    name: 'maintenance',
    suppressMissedWarning: true,
  });
  void task.start();
  return () => void task.destroy();
};

export interface PeriodicOptions {
  /** As `readCron()` takes it. */
  readonly cron: string;
  readonly timeZone: string;
  readonly work: () => Promise<void>;
  /** Told what `work` threw; the next time it is called all the same. */
  readonly onError: (error: unknown) => void;
}

/** What does work at times until the returned function is called. */
export type Periodically = (options: PeriodicOptions) => () => Promise<void>;

/**
 * Does the work at the expression's times, never twice at once: a time that comes while it still runs is left
 * out. The returned function ends that, and is done when the work that is under way is.
 */
export const periodically: Periodically = ({ cron, timeZone, work, onError }) => {
  let running: Promise<void> | undefined;
  const task = createTask(
    cron,
    () => {
      running ??= work()
        .catch(onError)
        .finally(() => (running = undefined));
    },
    { timezone: timeZone, suppressMissedWarning: true },
  );
  void task.start();
  return async () => {
    await task.destroy();
    await running;
  };
};
