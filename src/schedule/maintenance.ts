import { everyMinute, type MinuteTrigger } from './trigger.ts';
import type { MaintenanceWindow } from '../topology/maintenance/window.ts';
import { openWindows, type OpenWindow } from './windows.ts';

/** Times are milliseconds since the epoch; `until` is when the window closes as far as is known now. */
export interface MaintenanceEvent {
  readonly type: 'maintenance.opened' | 'maintenance.closed';
  readonly at: number;
  readonly window: string;
  readonly since: number;
  readonly until: number;
}

export interface MaintenanceOptions {
  readonly windows: readonly MaintenanceWindow[];
  readonly now: () => number;
  /** Called whenever the set of open windows changed, with all that are open, and what changed. */
  readonly onChange: (open: readonly OpenWindow[], events: readonly MaintenanceEvent[]) => void;
  /** node-cron's minutes where left out. */
  readonly trigger?: MinuteTrigger;
}

/**
 * Looks every minute which windows are open. It remembers nothing but what it told last: after a restart, or a
 * laptop's sleep, it tells what is open then. Where clocks of several dispatchers agree, so do they.
 */
export class Maintenance {
  readonly #options: MaintenanceOptions;
  #windows: readonly MaintenanceWindow[];
  #open: readonly OpenWindow[] = [];
  #end: (() => void) | undefined;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
    this.#windows = options.windows;
  }

  /** Tells at once what is open already. */
  start(): void {
    if (this.#end) return;
    const { trigger = everyMinute } = this.#options;
    this.#end = trigger(() => this.#look());
    this.#look();
  }

  stop(): void {
    this.#end?.();
    this.#end = undefined;
  }

  /** Other windows; one that was open and is gone has closed. */
  update(windows: readonly MaintenanceWindow[]): void {
    this.#windows = windows;
    this.#look();
  }

  get open(): readonly OpenWindow[] {
    return this.#open;
  }

  #look(): void {
    const at = this.#options.now();
    const before = new Map(this.#open.map((open) => [open.window.id, open]));
    this.#open = openWindows(this.#windows, at);
    const after = new Map(this.#open.map((open) => [open.window.id, open]));
    const opened = this.#open.filter(({ window }) => !before.has(window.id));
    const closed = [...before.values()].filter(({ window }) => !after.has(window.id));
    const changed = this.#open.some(({ window }) => before.get(window.id)?.window !== window);
    if (opened.length + closed.length === 0 && !changed) return;
    this.#options.onChange(this.#open, [
      ...closed.map((open) => eventOf('maintenance.closed', open, at)),
      ...opened.map((open) => eventOf('maintenance.opened', open, at)),
    ]);
  }
}

function eventOf(
  type: MaintenanceEvent['type'],
  { window, since, until }: OpenWindow,
  at: number,
): MaintenanceEvent {
  return { type, at, window: window.id, since, until };
}
