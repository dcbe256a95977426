/** Runs actions with the same key one after the other, in the order of the calls. */
export class Turns {
  private readonly running = new Map<string, Promise<void>>();

  /** Begins the action before it returns where nobody holds the key, else as soon as its turn comes. */
  take<T>(key: string, action: () => Promise<T>): Promise<T> {
    const ahead = this.running.get(key);
    const run = ahead ? ahead.then(action) : action();
    const leave = (): void => {
      if (this.running.get(key) === settled) this.running.delete(key);
    };
    const settled: Promise<void> = run.then(leave, leave);
    this.running.set(key, settled);
    return run;
  }

  /** Resolves when every action taken so far has ended. */
  async idle(): Promise<void> {
    await Promise.all(this.running.values());
  }
}
